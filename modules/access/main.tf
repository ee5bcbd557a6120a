# Who may do what. Permissions are written here and nowhere else: documents in, documents out, no resource.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_root = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"

  # Six "?" stand for the suffix of the ARN, which is not known before the secret is there.
  secret_arn_pattern = "arn:${data.aws_partition.current.partition}:secretsmanager:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:secret:${var.secret_name}-??????"

  # What uses the key, as against what administers it.
  key_use_actions = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
}

data "aws_iam_policy_document" "secret" {
  source_policy_documents = var.policy_documents

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

data "aws_iam_policy_document" "key" {
  # AWS advises this statement: without it a key whose administrators are gone can't be managed any more.
  # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
  statement {
    sid       = "AccountManagesKeyThroughIAM"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [local.account_root]
    }
  }

  dynamic "statement" {
    for_each = length(var.key_administrators) == 0 ? [] : [var.key_administrators]

    content {
      sid = "AdministratorsManageKeyWithoutUsingIt"
      actions = [
        "kms:CancelKeyDeletion", "kms:DescribeKey", "kms:DisableKey", "kms:EnableKey", "kms:EnableKeyRotation", "kms:Get*", "kms:List*",
        "kms:PutKeyPolicy", "kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription",
      ]
      resources = ["*"]

      principals {
        type        = "AWS"
        identifiers = statement.value
      }
    }
  }

  # Nobody uses the key but through Secrets Manager, whatever an IAM policy allows.
  statement {
    sid       = "DenyUseOutsideSecretsManager"
    effect    = "Deny"
    actions   = local.key_use_actions
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${data.aws_region.current.id}.${data.aws_partition.current.dns_suffix}"]
    }
  }

  # Secrets Manager names the secret in the encryption context. When a secret is given its key it first tries the key
  # with a context of its own. https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
  statement {
    sid       = "DenyUseForOtherSecrets"
    effect    = "Deny"
    actions   = local.key_use_actions
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotLike"
      variable = "kms:EncryptionContext:SecretARN"
      values   = [local.secret_arn_pattern, "RequestToValidateKeyAccess"]
    }
  }
}
