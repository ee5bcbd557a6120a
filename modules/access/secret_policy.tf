# The secret's resource policy. In it "Resource": "*" means this one secret.
#
# Statements allow first, then deny. A denial is about reading the value and nothing else, so that an administrator can
# always mend the policy; the only other one, of requests without TLS, shuts out nobody.

locals {
  secret_policy_json = jsonencode(merge(local.callers_id, { Version = "2012-10-17", Statement = local.secret_statements }))

  callers_documents = [for document in var.policy_documents : jsondecode(document)]
  # A document's Statement is a list, or one alone.
  callers_statements = flatten(local.callers_documents[*].Statement)

  # The last one, if several documents have an Id.
  callers_id = merge([for document in local.callers_documents : { Id = document.Id } if can(document.Id)]...)

  secret_statements = concat(
    # The caller's own. AWS shows the id of a role in place of its ARN once the role is deleted. With an id as a text
    # the provider can neither plan nor destroy, with one in a list it can.
    # https://github.com/hashicorp/terraform-provider-aws/issues/29496
    [
      for statement in local.callers_statements : merge(
        { for element, value in statement : element => value if value != null },
        try({ Principal = merge(statement.Principal, { AWS = flatten([statement.Principal.AWS]) }) }, {}),
      )
    ],
    length(local.readers) == 0 ? [] : [{
      Sid       = "ReadersReadValue"
      Effect    = "Allow"
      Principal = { AWS = distinct(local.readers) }
      Action    = local.read_actions
      Resource  = "*"
    }],
    [
      for service, source in local.services : {
        Sid       = "${source.title}ReadsValue"
        Effect    = "Allow"
        Principal = { Service = service }
        Action    = local.read_actions
        Resource  = "*"
        Condition = source.condition
      }
    ],
    length(var.rotators) == 0 ? [] : [{
      Sid       = "RotatorsRotateValue"
      Effect    = "Allow"
      Principal = { AWS = distinct(var.rotators) }
      Action    = local.rotate_actions
      Resource  = "*"
    }],
    length(var.administrators) == 0 ? [] : [{
      Sid       = "AdministratorsManageSecret"
      Effect    = "Allow"
      Principal = { AWS = distinct(var.administrators) }
      Action    = concat(local.manage_actions, ["secretsmanager:StopReplicationToReplica"])
      Resource  = "*"
    }],
    [
      for sid, condition in local.denials : {
        Sid       = sid
        Effect    = "Deny"
        Principal = "*"
        Action    = "secretsmanager:GetSecretValue"
        Resource  = "*"
        Condition = condition
      }
    ],
    [{
      Sid       = "DenyRequestsWithoutTLS"
      Effect    = "Deny"
      Principal = "*"
      Action    = "secretsmanager:*"
      Resource  = "*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }],
  )

  repeated_sids = [
    for sid, same in { for statement in local.secret_statements : try(statement.Sid, "") => statement... } : sid
    if sid != "" && length(same) > 1
  ]

  # Secrets Manager refuses others, but only in the middle of an apply. Text begins with a quote in JSON.
  callers_statements_are_whole = [
    for statement in local.callers_statements : try(
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
        for operator, keys in try(coalesce(statement.Condition), {}) : [
          for key, values in keys : length(flatten([values])) > 0 && alltrue([for value in flatten([values]) : can(tostring(value)) && value != null])
        ]
      ])),
      false,
    )
  ]

  # A service acts for many customers: it is believed for the named source alone.
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
  services = {
    for service, source in var.services : service => {
      title = join("", concat(
        [replace(title(replace(split(".amazonaws.com", service)[0], "/[^A-Za-z0-9]/", " ")), " ", "")],
        can(regex("^[a-z0-9]+\\.amazonaws\\.com$", service)) ? [] : [substr(sha256(service), 0, 8)],
      ))
      condition = merge(
        { StringEquals = { "aws:SourceAccount" = coalesce(source.source_account, local.account_id) } },
        length(source.source_arns) == 0 ? {} : { ArnLike = { "aws:SourceArn" = source.source_arns } },
      )
    }
  }

  # Conditions that make an exception, since a denial holds where all its conditions do. They are merged by operator, so
  # no two of one denial may have the same.
  except_named     = { ArnNotEquals = { "aws:PrincipalArn" = local.named } }
  except_unlimited = { ArnNotEquals = { "aws:PrincipalArn" = local.unlimited } }
  # A service under its own name is let in by an Allow of its own, or not at all.
  except_services = { BoolIfExists = { "aws:PrincipalIsAWSService" = "false" } }
  # A service that calls for somebody, as CloudFormation does, does not come from that one's network.
  except_all_by_services = { BoolIfExists = { "aws:PrincipalIsAWSService" = "false", "aws:ViaAWSService" = "false" } }

  # Either of these makes a network the right one: a request through an endpoint has no public address.
  except_networks = merge(
    length(var.only.vpc_endpoint_ids) == 0 ? {} : { StringNotEqualsIfExists = { "aws:SourceVpce" = var.only.vpc_endpoint_ids } },
    length(var.only.ip_ranges) == 0 ? {} : { NotIpAddressIfExists = { "aws:SourceIp" = var.only.ip_ranges } },
  )

  denials = merge(
    var.readers == null ? {} : {
      DenyReadingByOthers = merge(local.except_named, local.except_services)
    },
    length(local.except_networks) == 0 ? {} : {
      DenyReadingFromElsewhere = merge(local.except_networks, local.except_unlimited, local.except_all_by_services)
    },
    var.only.organization_id == null ? {} : {
      DenyReadingFromOutsideOrganization = merge(
        { StringNotEquals = { "aws:PrincipalOrgID" = var.only.organization_id } }, local.except_unlimited, local.except_services,
      )
    },
    var.only.not_before == null ? {} : {
      DenyReadingTooEarly = merge({ DateLessThan = { "aws:CurrentTime" = var.only.not_before } }, local.except_unlimited)
    },
    var.only.not_after == null ? {} : {
      DenyReadingTooLate = merge({ DateGreaterThan = { "aws:CurrentTime" = var.only.not_after } }, local.except_unlimited)
    },
    {
      for tag, value in var.only.principal_tags :
      join("", concat(
        ["DenyReadingWithoutTag", replace(title(replace(tag, "/[^A-Za-z0-9]/", " ")), " ", "")],
        can(regex("^[A-Z][A-Za-z0-9]*$", tag)) ? [] : [substr(sha256(tag), 0, 8)],
        )) => merge(
        { StringNotEquals = { "aws:PrincipalTag/${tag}" = value } }, local.except_unlimited, local.except_services,
      )
    },
  )
}
