# The secret's resource policy, in which "Resource": "*" means only this secret.
#
# The statements that allow come first, then those that deny. A denial applies only to reading the value, so that an
# administrator can always fix the policy. The only other denial is for requests without TLS, which excludes nobody.

locals {
  secret_policy_json = jsonencode(merge(
    # If several documents have an Id, the last Id applies.
    concat([for document in var.policy_documents : { Id = jsondecode(document).Id } if can(jsondecode(document).Id)], [{ Version = "2012-10-17", Statement = local.secret_statements }])...
  ))

  # A document's Statement is a list or a single statement.
  callers_statements = flatten([for document in var.policy_documents : jsondecode(document).Statement])

  secret_statements = concat(
    # The statements of the caller. After the deletion of a role, AWS shows the role's ID instead of its ARN. With such an
    # ID as a string, the provider can neither plan nor destroy. With the ID in a list, it can.
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
      Action    = local.actions.read
      Resource  = "*"
    }],
    [
      for service, source in local.services : {
        Sid       = "${source.title}ReadsValue"
        Effect    = "Allow"
        Principal = { Service = service }
        Action    = local.actions.read
        Resource  = "*"
        Condition = source.condition
      }
    ],
    length(var.rotators) == 0 ? [] : [{
      Sid       = "RotatorsRotateValue"
      Effect    = "Allow"
      Principal = { AWS = distinct(var.rotators) }
      Action    = local.actions.rotate
      Resource  = "*"
    }],
    length(var.administrators) == 0 ? [] : [{
      Sid       = "AdministratorsManageSecret"
      Effect    = "Allow"
      Principal = { AWS = distinct(var.administrators) }
      Action    = concat(local.actions.manage, ["secretsmanager:StopReplicationToReplica"])
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

  # Secrets Manager refuses incomplete statements, but only in the middle of an apply. A string begins with a quote in
  # JSON.
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

  # A condition that compares one of these keys with fixed values limits who matches a wildcard principal.
  # doctor/secret_doctor/public_policy.py has the same lists with the reasons. tests/policies/test_public_policy.py compares the
  # lists.
  confining_keys = [
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount",
    "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce",
    "aws:userid", "kms:calleraccount",
  ]
  confining_operators = ["stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"]
  fixed_value         = "^([^*?$]+|arn:([^:*?$]*:){3}[0-9]{12}:.*|o-[a-z0-9]+/.*)$"

  public_statements = [
    for index, statement in local.callers_statements : try(statement.Sid, tostring(index + 1))
    if try(statement.Effect, null) == "Allow"
    && (can(coalesce(statement.NotPrincipal)) || contains(flatten([try(values(statement.Principal), statement.Principal, [])]), "*"))
    && !anytrue(flatten([
      for operator, keys in try(coalesce(statement.Condition), {}) : [
        for key, values in keys :
        contains(local.confining_keys, lower(key)) && alltrue([for value in flatten([values]) : can(regex(local.fixed_value, value))])
        if contains(local.confining_operators, trimprefix(lower(operator), "foranyvalue:"))
      ]
    ]))
  ]

  # A service acts for many customers, so the policy allows it only for the named source.
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
  services = {
    for service, source in { for service, source in var.services : service => merge({ source_account = null, source_arns = [] }, source) } : service => {
      title = join("", concat(
        [replace(title(replace(split(".amazonaws.com", service)[0], "/[^A-Za-z0-9]/", " ")), " ", "")],
        can(regex("^[a-z0-9]+\\.amazonaws\\.com$", service)) ? [] : [substr(sha256(service), 0, 8)],
      ))
      condition = merge(
        { StringEquals = { "aws:SourceAccount" = coalesce(source.source_account, var.account_id) } },
        length(source.source_arns) == 0 ? {} : { ArnLike = { "aws:SourceArn" = source.source_arns } },
      )
    }
  }

  conditions = merge(
    { vpc_endpoint_ids = [], source_ip_cidrs = [], organization_id = null, not_before = null, not_after = null, principal_tags = {} },
    var.conditions,
  )

  # No condition applies to these principals. Otherwise, nobody could fix a wrong policy or rotate.
  unlimited = distinct(concat([local.account_root], var.administrators, var.rotators))

  # Each condition makes an exception, because a denial applies only if all its conditions match. merge() joins them by
  # operator. So no two conditions of one denial can have the same operator.
  except = {
    named     = { ArnNotEquals = { "aws:PrincipalArn" = distinct(concat(local.unlimited, local.readers)) } }
    unlimited = { ArnNotEquals = { "aws:PrincipalArn" = local.unlimited } }
    # A service principal needs its own Allow statement, so this denial excludes it.
    services = { BoolIfExists = { "aws:PrincipalIsAWSService" = "false" } }
    # A service that calls on behalf of a principal, as CloudFormation does, does not call from that principal's network.
    all_by_services = { BoolIfExists = { "aws:PrincipalIsAWSService" = "false", "aws:ViaAWSService" = "false" } }
    # A match of either is enough, because a request through an endpoint has no public address.
    networks = merge(
      length(local.conditions.vpc_endpoint_ids) == 0 ? {} : { StringNotEqualsIfExists = { "aws:SourceVpce" = local.conditions.vpc_endpoint_ids } },
      length(local.conditions.source_ip_cidrs) == 0 ? {} : { NotIpAddressIfExists = { "aws:SourceIp" = local.conditions.source_ip_cidrs } },
    )
  }

  denials = merge(
    var.readers == null ? {} : {
      DenyReadingByOthers = merge(local.except.named, local.except.services)
    },
    length(local.except.networks) == 0 ? {} : {
      DenyReadingFromElsewhere = merge(local.except.networks, local.except.unlimited, local.except.all_by_services)
    },
    local.conditions.organization_id == null ? {} : {
      DenyReadingFromOutsideOrganization = merge(
        { StringNotEquals = { "aws:PrincipalOrgID" = local.conditions.organization_id } }, local.except.unlimited, local.except.services,
      )
    },
    local.conditions.not_before == null ? {} : {
      DenyReadingTooEarly = merge({ DateLessThan = { "aws:CurrentTime" = local.conditions.not_before } }, local.except.unlimited)
    },
    local.conditions.not_after == null ? {} : {
      DenyReadingTooLate = merge({ DateGreaterThan = { "aws:CurrentTime" = local.conditions.not_after } }, local.except.unlimited)
    },
    {
      for tag, value in local.conditions.principal_tags :
      join("", concat(
        ["DenyReadingWithoutTag", replace(title(replace(tag, "/[^A-Za-z0-9]/", " ")), " ", "")],
        can(regex("^[A-Z][A-Za-z0-9]*$", tag)) ? [] : [substr(sha256(tag), 0, 8)],
        )) => merge(
        { StringNotEquals = { "aws:PrincipalTag/${tag}" = value } }, local.except.unlimited, local.except.services,
      )
    },
  )
}
