# The policy of the key that encrypts the secret, and the statements that another key needs to encrypt this secret too.

locals {
  key_policy_json = jsonencode({ Version = "2012-10-17", Statement = concat(local.key_use_statements, local.key_statements) })

  # The actions that use the key. Other actions administer it.
  key_use_actions = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]

  # When a secret gets a key, Secrets Manager first tests the key with this text instead of the secret's ARN.
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
    # kms:Encrypt is for the key of a replica. Secrets Manager copies a value on behalf of the principal that stores it.
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html
    length(var.rotators) == 0 ? {} : {
      "RotatorsEncrypt${local.title}" = {
        principal = { AWS = distinct(var.rotators) }
        actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
        secrets   = [local.regions[var.region].arn_pattern]
        condition = {}
      }
    },
    # A principal that replicates the secret needs kms:Encrypt on the replica's key. A principal that changes the secret's
    # key needs kms:Encrypt on the new key and kms:Decrypt on the old one. Otherwise, the versions stay under the old key.
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
    # AWS recommends this statement. Without it, nobody can manage a key whose administrators no longer exist.
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
    # Principals can use the key only through Secrets Manager, whatever an IAM policy allows.
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
