# One rule for each kind of thing to do about it. None has a wildcard: an event bus takes 30 rules that have one.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html

locals {
  api_call = {
    source      = ["aws.secretsmanager"]
    detail-type = ["AWS API Call via CloudTrail"]
  }
  key_call  = merge(local.api_call, { source = ["aws.kms"] })
  succeeded = [{ exists = false }] # as errorCode

  # The quota can be raised, but an apply must not depend on it.
  pattern_limit = 2048

  named_readers = coalesce(var.readers, [])

  # No two roles of an account have one name, whatever their paths. A pattern holds three times as many names as ARNs.
  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
  own_role     = "arn:${local.partition}:iam::${local.account_id}:role/"
  reader_roles = [for arn in local.named_readers : regex("[^/]+$", arn) if startswith(arn, local.own_role)]

  # EventBridge refuses an empty list; nobody has the name (none).
  reader_names    = concat(["(none)"], local.reader_roles)
  reader_users    = concat(["(none)"], [for arn in local.named_readers : arn if !strcontains(arn, ":role/")])
  reader_services = concat(["secretsmanager.amazonaws.com"], var.reader_services)
  reader_accounts = distinct(concat([local.account_id], [for arn in local.named_readers : split(":", arn)[4]]))

  reading = {
    eventName         = ["GetSecretValue"] # BatchGetSecretValue is recorded as one of these for each secret, too
    errorCode         = local.succeeded
    requestParameters = { secretId = local.secret_ids }
  }

  rotation = {
    source      = ["aws.secretsmanager"]
    detail-type = ["AWS Service Event via CloudTrail"]
  }
  # AWS documents the first, and its customers see the second.
  # https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
  of_secret = [{ additionalEventData = { SecretId = [var.secret_arn] } }, { serviceEventDetails = { secretId = [var.secret_arn] } }]

  # Each pattern as JSON: those of one rule need not have one type.
  # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
  patterns = {
    # The session of a role. The list is in one rule: a second one with the rest would tell of those in the first.
    read-by-others = [jsonencode(merge(local.api_call, {
      detail = merge(local.reading, {
        userIdentity = { sessionContext = { sessionIssuer = { type = ["Role"], accountId = [local.account_id], userName = [{ anything-but = local.reader_names }] } } }
      })
    }))]

    read-otherwise = [jsonencode(merge(local.api_call, {
      detail = merge(local.reading, {
        "$or" = [
          # A user's federated session.
          { userIdentity = { sessionContext = { sessionIssuer = { type = [{ anything-but = "Role" }], arn = [{ anything-but = local.reader_users }] } } } },
          # An IAM user that is not on the list, or the account's root.
          { userIdentity = { arn = [{ anything-but = local.reader_users }], sessionContext = { sessionIssuer = { arn = [{ exists = false }] } } } },
          # Somebody of another account, of whom CloudTrail tells the account but, as a rule, not the ARN.
          { userIdentity = { accountId = [{ anything-but = local.reader_accounts }] } },
          { userIdentity = { type = ["AWSService"], invokedBy = [{ anything-but = local.reader_services }] } },
        ]
      })
    }))]

    deletion = concat(
      [jsonencode(merge(local.api_call, {
        detail = { eventName = ["DeleteSecret"], errorCode = local.succeeded, requestParameters = { secretId = local.secret_ids } }
      }))],
      # AWS itself deletes key material that expires.
      # https://docs.aws.amazon.com/kms/latest/developerguide/ct-deleteexpiredkeymaterial.html
      var.key_arn == null ? [] : [jsonencode(merge(local.key_call, {
        detail-type = ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"]
        detail      = { eventName = ["DeleteExpiredKeyMaterial", "DeleteImportedKeyMaterial", "DisableKey", "ScheduleKeyDeletion"], errorCode = local.succeeded, resources = { ARN = [var.key_arn] } }
      }))],
    )

    change = concat(
      [jsonencode(merge(local.api_call, {
        detail = {
          errorCode         = local.succeeded
          requestParameters = { secretId = local.secret_ids }
          "$or" = [
            { eventName = [
              "AssociateCrossAccountReplica", "CancelRotateSecret", "DeleteResourcePolicy", "DisassociateCrossAccountReplica",
              "PutResourcePolicy", "RemoveRegionsFromReplication", "ReplicateSecretToRegions", "StopReplicationToReplica",
            ] },
            # Without these parameters the two calls leave key, function and schedule as they are. `exists` asks for a leaf.
            { eventName = ["UpdateSecret"], requestParameters = { kmsKeyId = [{ exists = true }] } },
            { eventName = ["RotateSecret"], requestParameters = { rotationLambdaARN = [{ exists = true }] } },
            { eventName = ["RotateSecret"], requestParameters = { rotationRules = { automaticallyAfterDays = [{ exists = true }] } } },
            { eventName = ["RotateSecret"], requestParameters = { rotationRules = { scheduleExpression = [{ exists = true }] } } },
          ]
        }
      }))],
      var.key_arn == null ? [] : [jsonencode(merge(local.key_call, {
        detail = { eventName = ["CreateGrant", "PutKeyPolicy", "ReplicateKey"], errorCode = local.succeeded, resources = { ARN = [var.key_arn] } }
      }))],
    )

    rotation-failed = [jsonencode(merge(local.rotation, {
      detail = { eventName = ["RotationAbandoned", "RotationFailed"], "$or" = local.of_secret }
    }))]

    # No service tells of a rotation that did not come but AWS Config, if the account has one of these two managed rules.
    # https://docs.aws.amazon.com/config/latest/developerguide/secretsmanager-scheduled-rotation-success-check.html
    # https://docs.aws.amazon.com/config/latest/developerguide/secretsmanager-secret-periodic-rotation.html
    rotation-due = [jsonencode({
      source      = ["aws.config"]
      detail-type = ["Config Rules Compliance Change"]
      detail = {
        # Security Hub puts its own name before that of the rule.
        configRuleName = [for name in flatten([for rule in ["scheduled-rotation-success-check", "secret-periodic-rotation"] :
          ["secretsmanager-${rule}", "securityhub-secretsmanager-${rule}"]]) : { prefix = name }
        ]
        resourceId          = [var.secret_arn]
        newEvaluationResult = { complianceType = ["NON_COMPLIANT"] }
      }
    })]
  }

  event_patterns = { for kind, any in local.patterns : kind => length(any) == 1 ? any[0] : "{\"$or\":[${join(",", any)}]}" }

  # What has happened and what to do. The first is the message's `alert`.
  kinds = merge(
    var.readers == null ? {} : { for kind in ["read-by-others", "read-otherwise"] :
      kind => ["The value was read by a principal that is not among the readers", "Find out who it is. If nobody should have the value, rotate it, then close the way in: the policies of the secret and of that principal."]
    },
    {
      deletion = ["The deletion of the secret was scheduled, or its key was disabled or its deletion scheduled", "Unless it was meant: aws secretsmanager restore-secret, aws kms cancel-key-deletion, aws kms enable-key, aws kms import-key-material. Until then nobody can read the value."]
      change   = ["The policy, the key, the rotation or a copy of the secret was changed, or a grant or a copy of its key was made", "Unless it was meant: look at the plan of Terraform and apply it. Revoke a grant by aws kms revoke-grant, remove a copy by aws secretsmanager remove-regions-from-replication."]
    },
    !var.rotates ? {} : {
      rotation-failed = ["A rotation of the secret failed or was abandoned", "The password from before still works. Read the log of the rotation function, fix the cause, then: aws secretsmanager rotate-secret."]
      rotation-due    = ["The secret was not rotated as its schedule says", "Ask aws secretsmanager describe-secret for LastRotatedDate and NextRotationDate, read the log of the rotation function, then: aws secretsmanager rotate-secret."]
    },
  )
}

resource "aws_cloudwatch_event_rule" "event" {
  for_each = local.kinds

  name          = "${local.name}-${each.key}"
  description   = substr("${var.secret_name}: ${each.value[0]}. ${each.value[1]}", 0, 512)
  event_pattern = local.event_patterns[each.key]
  tags          = var.tags

  # Reading is not delivered otherwise.
  # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
  state = startswith(each.key, "read-") ? "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" : "ENABLED"

  lifecycle {
    precondition {
      condition     = length(local.event_patterns[each.key]) <= local.pattern_limit
      error_message = "The event pattern for ${each.key} has ${length(local.event_patterns[each.key])} characters; EventBridge takes ${local.pattern_limit}. ${startswith(each.key, "read-") ? "Name fewer readers: let applications share a role, or leave readers out. Or choose" : "Choose"} a shorter name for the secret."
    }
  }
}

# Who, what, when, from where. A path that an event lacks becomes an empty text. An event of CloudTrail holds no value.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
resource "aws_cloudwatch_event_target" "event" {
  for_each = local.kinds

  rule = aws_cloudwatch_event_rule.event[each.key].name
  arn  = local.topic_arn

  input_transformer {
    input_paths = merge(
      { region = "$.region", time = "$.time" },
      each.key == "rotation-due" ? { rule = "$.detail.configRuleName" } : {
        account                           = "$.detail.userIdentity.accountId"
        arn                               = "$.detail.userIdentity.arn"
        error                             = "$.detail.errorMessage"
        event                             = "$.detail.eventName"
        ip                                = "$.detail.sourceIPAddress"
        principal                         = "$.detail.userIdentity.principalId"
        service                           = "$.detail.userIdentity.invokedBy"
      },
    )
    input_template = replace(replace(jsonencode(merge(
      { alert = each.value[0], secret = var.secret_name, when = "<time>", region = "<region>", "what to do" = each.value[1] },
      each.key == "rotation-due" ? { what = "<rule>" } : {
        what                              = "<event>"
        who                               = "<arn> <service> (principal <principal> of account <account>)"
        from                              = "<ip>"
        error                             = "<error>"
      },
    )), "\\u003c", "<"), "\\u003e", ">")
  }
}
