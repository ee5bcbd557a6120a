# The policy of the key that encrypts the secret, and its part that another key needs to encrypt this secret as well.

locals {
  key_policy_json = jsonencode({ Version = "2012-10-17", Statement = concat(local.key_use_statements, local.key_statements) })

  # What uses the key, as against what administers it.
  key_use_actions = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]

  # When a secret is given its key, Secrets Manager first tries the key with this in place of a secret.
  key_trial = "RequestToValidateKeyAccess"

  key_use_statements = [
    for sid, user in local.key_users : {
      Sid       = sid
      Effect    = "Allow"
      Principal = user.principal
      Action    = user.actions
      Resource  = "*"
      # Secrets Manager names the secret in the encryption context.
      # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
      Condition = merge(user.condition, {
        StringEquals = merge(try(user.condition.StringEquals, {}), { "kms:ViaService" = local.regions[var.region].endpoint })
        StringLike   = { "kms:EncryptionContext:SecretARN" = user.secrets }
      })
    }
  ]

  key_users = merge(
    length(local.readers) == 0 ? {} : {
      "ReadersDecrypt${local.title}" = {
        principal = { AWS = distinct(local.readers) }
        actions   = ["kms:Decrypt"]
        secrets   = [local.regions[var.region].arn_pattern]
        condition = {}
      }
    },
    {
      for service, source in local.services : "${source.title}Decrypts${local.title}" => {
        principal = { Service = service }
        actions   = ["kms:Decrypt"]
        secrets   = [local.regions[var.region].arn_pattern]
        condition = source.condition
      }
    },
    # Encrypt, where the key is a replica's: Secrets Manager copies a value on behalf of whoever stores it.
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html
    length(var.rotators) == 0 ? {} : {
      "RotatorsEncrypt${local.title}" = {
        principal = { AWS = distinct(var.rotators) }
        actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
        secrets   = [local.regions[var.region].arn_pattern]
        condition = {}
      }
    },
    # Encrypt: whoever replicates the secret needs it on the replica's key, and whoever gives the secret another key needs
    # it on the new one and Decrypt on the old one. Without them Secrets Manager leaves the versions under the old key.
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html
    length(var.administrators) == 0 ? {} : {
      "AdministratorsEncrypt${local.title}" = {
        principal = { AWS = distinct(var.administrators) }
        actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
        secrets   = [local.regions[var.region].arn_pattern, local.key_trial]
        condition = {}
      }
    },
  )

  key_statements = concat(
    # AWS advises this statement: without it a key whose administrators are gone can't be managed any more.
    # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    [{
      Sid       = "AccountManagesKeyThroughIAM"
      Effect    = "Allow"
      Principal = { AWS = [local.account_root] }
      Action    = "kms:*"
      Resource  = "*"
    }],
    length(var.key_administrators) == 0 ? [] : [{
      Sid       = "AdministratorsManageKeyWithoutUsingIt"
      Effect    = "Allow"
      Principal = { AWS = distinct(var.key_administrators) }
      Action = [
        "kms:CancelKeyDeletion", "kms:DescribeKey", "kms:DisableKey", "kms:EnableKey", "kms:EnableKeyRotation", "kms:Get*", "kms:List*",
        "kms:PutKeyPolicy", "kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription",
      ]
      Resource = "*"
    }],
    # Nobody uses the key but through Secrets Manager, whatever an IAM policy allows.
    [
      {
        Sid       = "DenyUseOutsideSecretsManager"
        Effect    = "Deny"
        Principal = "*"
        Action    = local.key_use_actions
        Resource  = "*"
        Condition = { StringNotEquals = { "kms:ViaService" = local.regions[var.region].endpoint } }
      },
      {
        Sid       = "DenyUseForOtherSecrets"
        Effect    = "Deny"
        Principal = "*"
        Action    = local.key_use_actions
        Resource  = "*"
        Condition = { StringNotLike = { "kms:EncryptionContext:SecretARN" = [local.regions[var.region].arn_pattern, local.key_trial] } }
      },
    ],
  )
}
