# Policies to attach to roles. A role in another account needs one in addition to the secret's policy.

locals {
  key_arns = merge(var.key_arn == null ? {} : { (var.region) = var.key_arn }, var.replica_key_arns)

  reader_policy_json = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "Read${local.title}"
          Effect   = "Allow"
          Action   = local.actions.read
          Resource = values(local.secret_arns)
        },
        # This action does not support resource-level permissions. The call returns only the values that the statement
        # above allows.
        # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
        {
          Sid      = "ReadInBatches${local.title}"
          Effect   = "Allow"
          Action   = "secretsmanager:BatchGetSecretValue"
          Resource = "*"
        },
      ],
      length(local.key_arns) == 0 ? [] : [{
        Sid      = "Decrypt${local.title}"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = distinct(values(local.key_arns))
        Condition = {
          StringEquals = { "kms:ViaService" = [for region in keys(local.key_arns) : local.regions[region].endpoint] }
          StringLike   = { "kms:EncryptionContext:SecretARN" = [for region in keys(local.key_arns) : local.secret_arns[region]] }
        }
      }],
    )
  })

  rotator_policy_json = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "Rotate${local.title}"
          Effect   = "Allow"
          Action   = local.actions.rotate
          Resource = local.secret_arns[var.region]
        },
        # This action does not support resource-level permissions. It reads and changes nothing.
        {
          Sid      = "GeneratePassword${local.title}"
          Effect   = "Allow"
          Action   = "secretsmanager:GetRandomPassword"
          Resource = "*"
        },
      ],
      var.key_arn == null ? [] : [{
        Sid      = "Encrypt${local.title}"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = var.key_arn
        Condition = {
          StringEquals = { "kms:ViaService" = local.regions[var.region].endpoint }
          StringLike   = { "kms:EncryptionContext:SecretARN" = local.secret_arns[var.region] }
        }
      }],
      # Secrets Manager copies the new value on behalf of the rotator. So the rotator needs the permissions for
      # replication.
      # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html
      length(var.replica_key_arns) == 0 ? [] : [{
        Sid      = "EncryptReplicas${local.title}"
        Effect   = "Allow"
        Action   = ["kms:Encrypt", "kms:GenerateDataKey"]
        Resource = distinct(values(var.replica_key_arns))
        Condition = {
          StringEquals = { "kms:ViaService" = [for region in keys(var.replica_key_arns) : local.regions[region].endpoint] }
          StringLike   = { "kms:EncryptionContext:SecretARN" = [for region in keys(var.replica_key_arns) : local.secret_arns[region]] }
        }
      }],
      # With alternating users, a superuser changes their passwords.
      var.superuser == null ? [] : [{
        Sid      = "ReadSuperuser${local.title}"
        Effect   = "Allow"
        Action   = local.actions.read
        Resource = var.superuser.secret_arn
      }],
      try(var.superuser.key_arn, null) == null ? [] : [{
        Sid      = "DecryptSuperuser${local.title}"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.superuser.key_arn
        Condition = {
          StringEquals = { "kms:ViaService" = local.regions[var.region].endpoint, "kms:EncryptionContext:SecretARN" = var.superuser.secret_arn }
        }
      }],
    )
  })
}
