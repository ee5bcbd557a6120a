# The secret's resource policy. In it "Resource": "*" means this one secret.
#
# Statements allow first, then deny. A denial is about reading the value and nothing else, so that an administrator can
# always mend the policy; the only other one, of requests without TLS, shuts out nobody.

data "aws_iam_policy_document" "secret" {
  source_policy_documents = var.policy_documents

  # What else may stand there the provider refuses, or takes for something wider: any text as Principal for everybody, and
  # a number as a condition's value for no condition.
  lifecycle {
    precondition {
      condition     = alltrue(local.given_statements_are_whole)
      error_message = "access.policy_documents: statement ${join(", ", [for index, whole in local.given_statements_are_whole : index + 1 if !whole])} (of all in their order) is not whole. It needs Effect, Allow or Deny; Action, Resource and Principal (or NotAction, NotResource, NotPrincipal), each a text or a list of texts, and Principal \"*\" or such lists by type; Condition, if any, has texts or lists of texts by key and operator."
    }

    precondition {
      condition     = length(distinct(concat(local.own_sids, local.given_sids))) == length(local.own_sids) + length(local.given_sids)
      error_message = "access.policy_documents has the Sids ${join(", ", local.given_sids)}; with ${join(", ", local.own_sids)}, which this module writes, one stands twice. A policy has each once: choose other Sids."
    }
  }

  dynamic "statement" {
    for_each = length(local.readers) == 0 ? [] : [local.readers]

    content {
      sid       = "ReadersReadValue"
      actions   = local.read_actions
      resources = ["*"]

      principals {
        type        = "AWS"
        identifiers = statement.value
      }
    }
  }

  dynamic "statement" {
    for_each = local.services

    content {
      sid       = "${statement.value.title}ReadsValue"
      actions   = local.read_actions
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = [statement.key]
      }

      dynamic "condition" {
        for_each = statement.value.conditions

        content {
          test     = condition.value.test
          variable = condition.key
          values   = condition.value.values
        }
      }
    }
  }

  dynamic "statement" {
    for_each = length(var.rotators) == 0 ? [] : [var.rotators]

    content {
      sid       = "RotatorsRotateValue"
      actions   = local.rotate_actions
      resources = ["*"]

      principals {
        type        = "AWS"
        identifiers = statement.value
      }
    }
  }

  dynamic "statement" {
    for_each = length(var.administrators) == 0 ? [] : [var.administrators]

    content {
      sid       = "AdministratorsManageSecret"
      actions   = concat(local.manage_actions, ["secretsmanager:StopReplicationToReplica"])
      resources = ["*"]

      principals {
        type        = "AWS"
        identifiers = statement.value
      }
    }
  }

  dynamic "statement" {
    for_each = local.denials

    content {
      sid       = statement.key
      effect    = "Deny"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = ["*"]

      principals {
        type        = "*"
        identifiers = ["*"]
      }

      dynamic "condition" {
        for_each = statement.value

        content {
          test     = condition.value.test
          variable = condition.key
          values   = condition.value.values
        }
      }
    }
  }

  statement {
    sid       = "DenyRequestsWithoutTLS"
    effect    = "Deny"
    actions   = ["secretsmanager:*"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

locals {
  # A service acts for many customers: it is believed for the named source alone.
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
  services = {
    for service, source in var.services : service => {
      title = join("", concat(
        [replace(title(replace(split(".amazonaws.com", service)[0], "/[^A-Za-z0-9]/", " ")), " ", "")],
        can(regex("^[a-z0-9]+\\.amazonaws\\.com$", service)) ? [] : [substr(sha256(service), 0, 8)],
      ))
      conditions = merge(
        { "aws:SourceAccount" = { test = "StringEquals", values = [coalesce(source.source_account, local.account_id)] } },
        length(source.source_arns) == 0 ? {} : { "aws:SourceArn" = { test = "ArnLike", values = source.source_arns } },
      )
    }
  }

  # Conditions that make an exception, since a denial holds where all its conditions do.
  except_named     = { "aws:PrincipalArn" = { test = "ArnNotEquals", values = local.named } }
  except_unlimited = { "aws:PrincipalArn" = { test = "ArnNotEquals", values = local.unlimited } }
  # A service under its own name is let in by an Allow of its own, or not at all.
  except_services = { "aws:PrincipalIsAWSService" = { test = "BoolIfExists", values = ["false"] } }
  # A service that calls for somebody, as CloudFormation does, does not come from that one's network.
  except_calls_by_services = { "aws:ViaAWSService" = { test = "BoolIfExists", values = ["false"] } }

  # Either of these makes a network the right one: a request through an endpoint has no public address.
  except_networks = merge(
    length(var.only.vpc_endpoint_ids) == 0 ? {} : { "aws:SourceVpce" = { test = "StringNotEqualsIfExists", values = var.only.vpc_endpoint_ids } },
    length(var.only.ip_ranges) == 0 ? {} : { "aws:SourceIp" = { test = "NotIpAddressIfExists", values = var.only.ip_ranges } },
  )

  denials = merge(
    var.readers == null ? {} : {
      DenyReadingByOthers = merge(local.except_named, local.except_services)
    },
    length(local.except_networks) == 0 ? {} : {
      DenyReadingFromElsewhere = merge(local.except_networks, local.except_unlimited, local.except_services, local.except_calls_by_services)
    },
    var.only.organization_id == null ? {} : {
      DenyReadingFromOutsideOrganization = merge(
        { "aws:PrincipalOrgID" = { test = "StringNotEquals", values = [var.only.organization_id] } }, local.except_unlimited, local.except_services,
      )
    },
    var.only.not_before == null ? {} : {
      DenyReadingTooEarly = merge({ "aws:CurrentTime" = { test = "DateLessThan", values = [var.only.not_before] } }, local.except_unlimited)
    },
    var.only.not_after == null ? {} : {
      DenyReadingTooLate = merge({ "aws:CurrentTime" = { test = "DateGreaterThan", values = [var.only.not_after] } }, local.except_unlimited)
    },
    {
      for tag, value in var.only.principal_tags :
      join("", concat(
        ["DenyReadingWithoutTag", replace(title(replace(tag, "/[^A-Za-z0-9]/", " ")), " ", "")],
        can(regex("^[A-Z][A-Za-z0-9]*$", tag)) ? [] : [substr(sha256(tag), 0, 8)],
        )) => merge(
        { "aws:PrincipalTag/${tag}" = { test = "StringNotEquals", values = [value] } }, local.except_unlimited, local.except_services,
      )
    },
  )
}

locals {
  given_statements = flatten([for document in var.policy_documents : try(jsondecode(document).Statement, [])])
  given_sids       = [for statement in local.given_statements : tostring(statement.Sid) if try(length(statement.Sid) > 0, false)]

  # Texts alone begin with a quote in JSON.
  given_statements_are_whole = [
    for statement in local.given_statements : try(
      contains(["Allow", "Deny"], statement.Effect)
      && startswith(jsonencode(try(statement.Sid, "")), "\"")
      && alltrue([
        for texts in [
          try(statement.Action, statement.NotAction),
          try(statement.Resource, statement.NotResource),
          try(values(try(statement.Principal, statement.NotPrincipal)), statement.Principal),
        ] : length(flatten([texts])) > 0 && alltrue([for text in flatten([texts]) : startswith(jsonencode(text), "\"")])
      ])
      && (can(keys(try(statement.Principal, statement.NotPrincipal))) || try(statement.Principal, null) == "*")
      && alltrue(flatten([
        for operator, keys in try(statement.Condition, {}) : [
          for key, texts in keys :
          can(tobool(texts)) || (length(flatten([texts])) > 0 && alltrue([for text in flatten([texts]) : startswith(jsonencode(text), "\"")]))
        ]
      ])),
      false,
    )
  ]

  own_sids = concat(
    ["ReadersReadValue", "RotatorsRotateValue", "AdministratorsManageSecret", "DenyRequestsWithoutTLS"],
    keys(local.denials),
    [for service in values(local.services) : "${service.title}ReadsValue"],
  )
}
