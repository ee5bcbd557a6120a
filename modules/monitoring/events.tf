# One rule for each kind of response. No rule here has a wildcard, because an event bus allows only 30 rules with one.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html

locals {
  api_call = {
    source      = ["aws.secretsmanager"]
    detail-type = ["AWS API Call via CloudTrail"]
  }
  key_call  = merge(local.api_call, { source = ["aws.kms"] })
  succeeded = [{ exists = false }] # for errorCode

  # AWS can raise the quota, but an apply must not depend on a raised quota.
  pattern_limit = 2048

  named_readers = coalesce(var.readers, [])

  # Role names are unique in an account, whatever the path. A pattern holds three times as many names as ARNs.
  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
  own_role     = "arn:${local.partition}:iam::${local.account_id}:role/"
  reader_roles = [for arn in local.named_readers : regex("[^/]+$", arn) if startswith(arn, local.own_role)]

  # EventBridge refuses an empty list. No role has the name (none).
  reader_names    = concat(["(none)"], local.reader_roles)
  reader_users    = concat(["(none)"], [for arn in local.named_readers : arn if !strcontains(arn, ":role/")])
  reader_services = concat(["secretsmanager.amazonaws.com"], var.reader_services)
  reader_accounts = distinct(concat([local.account_id], [for arn in local.named_readers : split(":", arn)[4]]))

  reading = {
    eventName         = ["GetSecretValue"] # CloudTrail also records BatchGetSecretValue as one GetSecretValue for each secret
    errorCode         = local.succeeded
    requestParameters = { secretId = local.secret_ids }
  }

  rotation = {
    source      = ["aws.secretsmanager"]
    detail-type = ["AWS Service Event via CloudTrail"]
  }
  # AWS documents the first form, and its customers see the second.
  # https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
  of_secret = [{ additionalEventData = { SecretId = [var.secret_arn] } }, { serviceEventDetails = { secretId = [var.secret_arn] } }]

  # Each pattern is JSON, because the patterns of one rule can have different types.
  # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
  patterns = {
    # The session of a role. One rule has the whole list, because each of two rules would report the readers of the other
    # one.
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
          # An IAM user that is not in the list, or the account's root.
          { userIdentity = { arn = [{ anything-but = local.reader_users }], sessionContext = { sessionIssuer = { arn = [{ exists = false }] } } } },
          # A principal of another account. CloudTrail records its account, but usually not its ARN.
          { userIdentity = { accountId = [{ anything-but = local.reader_accounts }] } },
          { userIdentity = { type = ["AWSService"], invokedBy = [{ anything-but = local.reader_services }] } },
        ]
      })
    }))]

    deletion = concat(
      [jsonencode(merge(local.api_call, {
        detail = { eventName = ["DeleteSecret"], errorCode = local.succeeded, requestParameters = { secretId = local.secret_ids } }
      }))],
      # AWS itself deletes expired key material.
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
            # Without these parameters, the two calls do not change key, function and schedule. `exists` matches only leaf
            # nodes.
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

    # Only AWS Config reports a missing rotation, if the account has one of these two managed rules.
    # https://docs.aws.amazon.com/config/latest/developerguide/secretsmanager-scheduled-rotation-success-check.html
    # https://docs.aws.amazon.com/config/latest/developerguide/secretsmanager-secret-periodic-rotation.html
    rotation-due = [jsonencode({
      source      = ["aws.config"]
      detail-type = ["Config Rules Compliance Change"]
      detail = {
        # Security Hub prefixes the name of the rule with its own name.
        configRuleName = [for name in flatten([for rule in ["scheduled-rotation-success-check", "secret-periodic-rotation"] :
          ["secretsmanager-${rule}", "securityhub-secretsmanager-${rule}"]]) : { prefix = name }
        ]
        resourceId          = [var.secret_arn]
        newEvaluationResult = { complianceType = ["NON_COMPLIANT"] }
      }
    })]
  }

  event_patterns = { for kind, any in local.patterns : kind => length(any) == 1 ? any[0] : "{\"$or\":[${join(",", any)}]}" }

  # What happened, and what to do. The first text is the `alert` of the message.
  kinds = merge(
    var.readers == null ? {} : { for kind in ["read-by-others", "read-otherwise"] :
      kind => ["A principal that is not in the list of readers read the value", "Identify the principal. If it must not have the value, rotate it. Then correct the policies of the secret and of the principal."]
    },
    {
      deletion = ["The deletion of the secret was scheduled, or its key was disabled or its deletion scheduled", "If this is not intended, run aws secretsmanager restore-secret, aws kms cancel-key-deletion, aws kms enable-key or aws kms import-key-material. Until then, nobody can read the value."]
      change   = ["The policy, the key, the rotation or a copy of the secret was changed, or a grant or a copy of its key was made", "If this is not intended, check the plan of Terraform and apply it. To revoke a grant, run aws kms revoke-grant. To remove a copy, run aws secretsmanager remove-regions-from-replication."]
    },
    !var.rotates ? {} : {
      rotation-failed = ["A rotation of the secret failed or was abandoned", "The current password still works. Read the log of the rotation function and fix the cause. Then run aws secretsmanager rotate-secret."]
      rotation-due    = ["The secret was not rotated on schedule", "Check LastRotatedDate and NextRotationDate in the output of aws secretsmanager describe-secret. Read the log of the rotation function, then run aws secretsmanager rotate-secret."]
    },
  )
}

resource "aws_cloudwatch_event_rule" "event" {
  for_each = local.kinds

  name          = "${local.name}-${each.key}"
  description   = substr("${var.secret_name}: ${each.value[0]}. ${each.value[1]}", 0, 512)
  event_pattern = local.event_patterns[each.key]
  tags          = var.tags

  # In any other state, EventBridge does not deliver the reads to the rule.
  # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
  state = startswith(each.key, "read-") ? "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" : "ENABLED"

  lifecycle {
    precondition {
      condition     = length(local.event_patterns[each.key]) <= local.pattern_limit
      error_message = "The event pattern for ${each.key} has ${length(local.event_patterns[each.key])} characters. EventBridge accepts at most ${local.pattern_limit}. ${startswith(each.key, "read-") ? "Name fewer readers: let applications share a role, or leave readers out. Or choose" : "Choose"} a shorter name for the secret."
    }
  }
}

# Who, what, when, and from where. A path that an event lacks becomes an empty string. A CloudTrail event contains no
# value.
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
