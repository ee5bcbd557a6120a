# Policies to attach to roles. In another account than the secret's, AWS wants them beside the secret's own policy.

locals {
  key_arns = merge(var.key_arn == null ? {} : { (local.region) = var.key_arn }, var.replica_key_arns)

  use_of_keys = {
    services = [for region in keys(local.key_arns) : local.secrets_manager_endpoints[region]]
    secrets  = [for region in keys(local.key_arns) : local.secret_arn_patterns[region]]
  }
}

data "aws_iam_policy_document" "reader" {
  statement {
    sid       = "Read${local.title}"
    actions   = local.read_actions
    resources = values(local.secret_arn_patterns)
  }

  # AWS knows no resource for this one: it gives those values that the statement above allows.
  # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
  statement {
    sid       = "ReadInBatches${local.title}"
    actions   = ["secretsmanager:BatchGetSecretValue"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = length(local.key_arns) == 0 ? [] : [local.use_of_keys]

    content {
      sid       = "Decrypt${local.title}"
      actions   = ["kms:Decrypt"]
      resources = values(local.key_arns)

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = statement.value.services
      }

      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:SecretARN"
        values   = statement.value.secrets
      }
    }
  }
}

data "aws_iam_policy_document" "rotator" {
  statement {
    sid       = "Rotate${local.title}"
    actions   = local.rotate_actions
    resources = [local.this_secret]
  }

  # AWS knows no resource for this one: it reads and changes nothing.
  statement {
    sid       = "GeneratePassword${local.title}"
    actions   = ["secretsmanager:GetRandomPassword"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = var.key_arn == null ? [] : [var.key_arn]

    content {
      sid       = "Encrypt${local.title}"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = [local.secrets_manager_endpoints[local.region]]
      }

      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:SecretARN"
        values   = [local.this_secret]
      }
    }
  }

  # Alternating users: a superuser changes their passwords.
  dynamic "statement" {
    for_each = var.superuser == null ? [] : [var.superuser]

    content {
      sid       = "ReadSuperuser${local.title}"
      actions   = local.read_actions
      resources = [statement.value.secret_arn]
    }
  }

  dynamic "statement" {
    for_each = try(var.superuser.key_arn, null) == null ? [] : [var.superuser]

    content {
      sid       = "DecryptSuperuser${local.title}"
      actions   = ["kms:Decrypt"]
      resources = [statement.value.key_arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = [local.secrets_manager_endpoints[local.region]]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:SecretARN"
        values   = [statement.value.secret_arn]
      }
    }
  }
}
