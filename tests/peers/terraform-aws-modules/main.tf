# A state like that of terraform-aws-modules/secrets-manager 2.0.1, with its addresses and arguments, but without its
# code.

variable "name_prefix" {
  type = string
}

variable "value" {
  type = string
}

variable "function_arn" {
  type = string
}

resource "aws_secretsmanager_secret" "this" {
  count = 1

  name_prefix             = var.name_prefix
  description             = "Credentials of the orders database"
  recovery_window_in_days = 30
  tags                    = { Team = "orders" }
}

data "aws_iam_policy_document" "this" {
  count = 1

  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::000000000000:root"]
    }
  }
}

resource "aws_secretsmanager_secret_policy" "this" {
  count = 1

  secret_arn          = aws_secretsmanager_secret.this[0].arn
  policy              = data.aws_iam_policy_document.this[0].json
  block_public_policy = true
}

resource "aws_secretsmanager_secret_version" "ignore_changes" {
  count = 1

  secret_id     = aws_secretsmanager_secret.this[0].id
  secret_string = var.value

  lifecycle {
    ignore_changes = [secret_string, secret_binary, version_stages]
  }
}

resource "aws_secretsmanager_secret_rotation" "this" {
  count = 1

  secret_id           = aws_secretsmanager_secret.this[0].id
  rotation_lambda_arn = var.function_arn

  rotation_rules {
    automatically_after_days = 30
  }

  depends_on = [aws_secretsmanager_secret_version.ignore_changes]
}
