# The resources, data sources and counts of that module, without its code. That module gets its password from the random
# provider. Here, Secrets Manager generates it.

variable "name" {
  type = string
}

variable "kms_key_id" {
  type = string
}

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

resource "aws_secretsmanager_secret" "this" {
  count = 1

  name                    = var.name
  kms_key_id              = var.kms_key_id
  recovery_window_in_days = 0
}

data "aws_iam_policy_document" "this" {
  count = 1

  statement {
    sid       = "Read"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }
}

resource "aws_secretsmanager_secret_policy" "this" {
  count = 1

  secret_arn          = aws_secretsmanager_secret.this[0].arn
  policy              = data.aws_iam_policy_document.this[0].json
  block_public_policy = true
}

ephemeral "aws_secretsmanager_random_password" "this" {
  count = 1

  password_length = 32
}

resource "aws_secretsmanager_secret_version" "this" {
  count = 1

  secret_id                = aws_secretsmanager_secret.this[0].id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this[0].random_password
  secret_string_wo_version = 1
}
