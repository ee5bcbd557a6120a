data "aws_caller_identity" "current" {}

resource "aws_secretsmanager_secret" "this" {
  name = "policies/4"
}

resource "aws_secretsmanager_secret_policy" "pass_organization" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-exampleorg" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_paths" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { "ForAnyValue:StringLike" = { "aws:PrincipalOrgPaths" = "o-exampleorg/*" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_accounts" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringEquals = { "aws:PrincipalAccount" = ["000000000000", "111111111111"] } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_roles" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::000000000000:role/readers/*" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_endpoint" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringEquals = { "aws:SourceVpce" = "vpce-0123456789abcdef0" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_source" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { ArnEquals = { "AWS:SourceArn" = "arn:aws:s3:::bucket" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_reference" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringEquals = { "aws:PrincipalAccount" = data.aws_caller_identity.current.account_id } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_unknown_account" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/*" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_role" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = ["arn:aws:iam::000000000000:role/reader"] }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_denied" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "secretsmanager:*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_no_condition" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_negative" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringNotEquals = { "aws:PrincipalOrgID" = "o-exampleorg" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_if_exists" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringEqualsIfExists = { "aws:SourceVpce" = "vpce-0123456789abcdef0" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_all_values" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { "ForAllValues:StringEquals" = { "aws:PrincipalOrgPaths" = "o-exampleorg/" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_wildcard" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringLike = { "aws:PrincipalOrgID" = "*" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_any_organization" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringLike = { "aws:PrincipalOrgID" = "o-*" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_role_of_any_account" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::*:role/reader" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_any_partition" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { ArnLike = { "aws:PrincipalArn" = "arn:*:iam::000000000000:role/reader" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_one_of_two" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringEquals = { "aws:PrincipalAccount" = ["000000000000", "*"] } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_transport" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "true" } } },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_aws_wildcard" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "*" }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_second_statement" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::000000000000:role/reader" }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
      { Effect = "Allow", Principal = { AWS = ["arn:aws:iam::000000000000:role/reader", "*"] }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_not_principal" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", NotPrincipal = { AWS = "arn:aws:iam::000000000000:role/reader" }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

resource "aws_kms_key" "fail_key" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "kms:Decrypt", Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret" "fail_inline" {
  name   = "fail/inline"
  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": {
        "Sid": "From${data.aws_caller_identity.current.account_id}",
        "Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"
      }
    }
  JSON
}

# The rule checks a document that is known at plan time where it is attached.
data "aws_iam_policy_document" "hcl_fail_document" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

module "plan_fail_document" {
  source = "./policy"

  secret_arn = aws_secretsmanager_secret.this.arn
  policy     = data.aws_iam_policy_document.hcl_fail_document.json
}

# The rule checks the document itself if it is known only after apply.
data "aws_iam_policy_document" "fail_unknown" {
  source_policy_documents = [data.aws_iam_policy_document.hcl_fail_document.json]

  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.this.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "aws:SourceVpce"
      values   = ["vpce-0123456789abcdef0"]
    }
  }
}

module "of_document" {
  source = "./policy"

  secret_arn = aws_secretsmanager_secret.this.arn
  policy     = data.aws_iam_policy_document.fail_unknown.json
}

module "pass_rendered" {
  source = "./document"

  secret_arn = aws_secretsmanager_secret.this.arn
  endpoint   = "vpce-0123456789abcdef0"
}

# Not about secrets or keys: a bucket may be public.
data "aws_iam_policy_document" "of_bucket" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::bucket/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
