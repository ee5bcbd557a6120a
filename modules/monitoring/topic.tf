# A topic with its own key. EventBridge and CloudWatch cannot use the AWS managed key alias/aws/sns, and the secret's key
# works only with Secrets Manager.
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html

locals {
  topic_name = "${local.name}-alerts"
  # Built from the name, because the key's policy needs the ARN before the topic exists.
  own_topic_arn = "arn:${local.partition}:sns:${local.region}:${local.account_id}:${local.topic_name}"

  alarm_arns = "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:*"
}

resource "aws_sns_topic" "this" {
  count = var.emails == null ? 0 : 1

  name              = local.topic_name
  kms_master_key_id = aws_kms_key.topic[0].arn
  tags              = var.tags
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(coalesce(var.emails, []))

  topic_arn = aws_sns_topic.this[0].arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_policy" "this" {
  count = var.emails == null ? 0 : 1

  arn    = aws_sns_topic.this[0].arn
  policy = data.aws_iam_policy_document.topic.minified_json
}

data "aws_iam_policy_document" "topic" {
  # Without a condition: EventBridge sends no condition key that the policy of a topic could check.
  # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
  statement {
    sid       = "RulesPublish"
    actions   = ["sns:Publish"]
    resources = [local.own_topic_arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }

  statement {
    sid       = "AlarmsPublish"
    actions   = ["sns:Publish"]
    resources = [local.own_topic_arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.alarm_arns]
    }
  }

  statement {
    sid       = "DenyRequestsWithoutTLS"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [local.own_topic_arn]

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

resource "aws_kms_key" "topic" {
  count = var.emails == null ? 0 : 1

  description             = substr("Encrypts the alerts about the secret ${var.secret_name}", 0, 8192)
  policy                  = data.aws_iam_policy_document.topic_key.minified_json
  enable_key_rotation     = true
  deletion_window_in_days = 7 # the topic stores nothing that the key encrypts
  tags                    = var.tags
}

data "aws_iam_policy_document" "topic_key" {
  # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
  statement {
    sid       = "AccountManagesKeyThroughIAM"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }

  # Only for this topic. AWS does not support aws:SourceAccount and aws:SourceArn here for EventBridge.
  # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  statement {
    sid       = "RulesEncryptForTopic"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:aws:sns:topicArn"
      values   = [local.own_topic_arn]
    }
  }

  statement {
    sid       = "AlarmsEncryptForTopic"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:aws:sns:topicArn"
      values   = [local.own_topic_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}
