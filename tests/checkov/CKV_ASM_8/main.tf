resource "aws_secretsmanager_secret" "this" {
  name = "policies/8"
}

resource "aws_secretsmanager_secret_policy" "pass_text" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::000000000000:role/reader" }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
      { Effect = "Deny", Principal = "*", Action = "secretsmanager:*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_aws_principal" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Deny", Principal = { AWS = "*" }, Action = ["*"], Resource = "*", Condition = { BoolIfExists = { "aws:SecureTransport" = ["false"] } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_none" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::000000000000:role/reader" }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_reading_alone" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_for_a_role" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Deny", Principal = { AWS = "arn:aws:iam::000000000000:role/reader" }, Action = "secretsmanager:*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_for_an_endpoint" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "secretsmanager:*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" }, StringEquals = { "aws:SourceVpce" = "vpce-0123456789abcdef0" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_with_tls" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "secretsmanager:*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "true" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_allow" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "true" } } },
    ]
  })
}

resource "aws_secretsmanager_secret" "fail_inline" {
  name   = "fail/inline"
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

module "tls" {
  source = "./document"
}

data "aws_iam_policy_document" "of_readers" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.this.arn]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::000000000000:role/reader"]
    }
  }
}

data "aws_iam_policy_document" "of_all" {
  source_policy_documents = [module.tls.json, data.aws_iam_policy_document.of_readers.json]
}

resource "aws_secretsmanager_secret_policy" "pass_merged_documents" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy     = data.aws_iam_policy_document.of_all.json
}

resource "aws_secretsmanager_secret_policy" "fail_document" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy     = data.aws_iam_policy_document.of_readers.json
}

module "pass_module" {
  source = "./policy"

  secret_arn = aws_secretsmanager_secret.this.arn
  policy     = module.tls.json
}

module "fail_module" {
  source = "./policy"

  secret_arn = aws_secretsmanager_secret.this.arn
  policy     = data.aws_iam_policy_document.of_readers.json
}

# What a dynamic block makes of its values, and what a file holds, is known while planning.
locals {
  statements = { tls = { effect = "Deny", actions = ["secretsmanager:*"] } }
}

data "aws_iam_policy_document" "dynamic" {
  dynamic "statement" {
    for_each = local.statements

    content {
      effect    = try(statement.value.effect, "Allow")
      actions   = try(statement.value.actions, [])
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
}

resource "aws_secretsmanager_secret_policy" "pass_dynamic" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy     = data.aws_iam_policy_document.dynamic.json
}

resource "aws_secretsmanager_secret_policy" "fail_file" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy     = file("${path.module}/policy.json")
}
