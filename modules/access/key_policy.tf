# The policy of the key that encrypts the secret, and its part that another key needs to encrypt this secret as well.

data "aws_iam_policy_document" "key_use" {
  dynamic "statement" {
    for_each = local.key_users

    content {
      sid       = statement.key
      actions   = statement.value.actions
      resources = ["*"]

      principals {
        type        = statement.value.principal_type
        identifiers = statement.value.principals
      }

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = [local.secrets_manager_endpoints[local.region]]
      }

      # Secrets Manager names the secret in the encryption context.
      # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:SecretARN"
        values   = statement.value.secrets
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
}

locals {
  # What uses the key, as against what administers it.
  key_use_actions = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]

  this_secret = local.secret_arn_patterns[local.region]

  # When a secret is given its key, Secrets Manager first tries the key with this in place of a secret.
  key_trial = "RequestToValidateKeyAccess"

  key_users = merge(
    length(local.readers) == 0 ? {} : {
      "ReadersDecrypt${local.title}" = {
        principal_type = "AWS"
        principals     = var.readers
        actions        = ["kms:Decrypt"]
        secrets        = [local.this_secret]
        conditions     = {}
      }
    },
    {
      for service, source in local.services : "${source.title}Decrypts${local.title}" => {
        principal_type = "Service"
        principals     = [service]
        actions        = ["kms:Decrypt"]
        secrets        = [local.this_secret]
        conditions     = source.conditions
      }
    },
    length(var.rotators) == 0 ? {} : {
      "RotatorsEncrypt${local.title}" = {
        principal_type = "AWS"
        principals     = var.rotators
        actions        = ["kms:Decrypt", "kms:GenerateDataKey"]
        secrets        = [local.this_secret]
        conditions     = {}
      }
    },
    # Encrypt: whoever replicates the secret needs it on the replica's key.
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html
    length(var.administrators) == 0 ? {} : {
      "AdministratorsEncrypt${local.title}" = {
        principal_type = "AWS"
        principals     = var.administrators
        actions        = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
        secrets        = [local.this_secret, local.key_trial]
        conditions     = {}
      }
    },
  )
}

data "aws_iam_policy_document" "key" {
  source_policy_documents = [data.aws_iam_policy_document.key_use.json]

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
      values   = [local.secrets_manager_endpoints[local.region]]
    }
  }

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
      values   = [local.this_secret, local.key_trial]
    }
  }
}
