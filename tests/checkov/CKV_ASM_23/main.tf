provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["000000000000"]
}

data "aws_caller_identity" "current" {}

resource "aws_secretsmanager_secret" "this" {
  name = "policies/23"
}

resource "aws_secretsmanager_secret_policy" "pass_role" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = ["arn:aws:iam::111111111111:role/reader"] }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_own_account" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = ["arn:aws:iam::000000000000:root", "000000000000"] }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_own_reference" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = data.aws_caller_identity.current.account_id }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_role_by_condition" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111111111111:root" }, Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::111111111111:role/reader" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_denied" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Deny", Principal = { AWS = "arn:aws:iam::111111111111:root" }, Action = "secretsmanager:*", Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_root" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = ["arn:aws:iam::000000000000:root", "arn:aws:iam::111111111111:root"] }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_number" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "111111111111" }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

resource "aws_kms_key" "fail_key" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111111111111:root" }, Action = "kms:Decrypt", Resource = "*" },
    ]
  })
}

data "aws_iam_policy_document" "fail_unknown" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.this.arn]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111111111111:root"]
    }
  }
}

# This rule does not check who can assume a role.
data "aws_iam_policy_document" "of_role" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111111111111:root"]
    }
  }
}

module "fail_module" {
  source = "./key"

  account = "111111111111"
}
