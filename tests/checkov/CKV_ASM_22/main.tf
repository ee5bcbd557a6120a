resource "aws_iam_policy" "pass_key" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kms:Decrypt", Resource = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000" },
    ]
  })
}

resource "aws_iam_policy" "pass_secret" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kms:Decrypt", Resource = "*", Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.us-east-1.amazonaws.com" }, StringLike = { "kms:EncryptionContext:SecretARN" = "arn:aws:secretsmanager:us-east-1:000000000000:secret:orders/database-??????" } } },
    ]
  })
}

resource "aws_iam_policy" "pass_any_region" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kms:Decrypt", Resource = "*", Condition = { StringLike = { "kms:ViaService" = "secretsmanager.*.amazonaws.com", "kms:EncryptionContext:SecretARN" = "arn:aws:secretsmanager:*:000000000000:secret:orders/*" } } },
    ]
  })
}

resource "aws_iam_policy" "pass_alias" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kms:Decrypt", Resource = "arn:aws:kms:us-east-1:000000000000:key/*", Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/orders" } } },
    ]
  })
}

resource "aws_iam_policy" "pass_encrypt" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["kms:Encrypt", "kms:DescribeKey"], Resource = "*" },
    ]
  })
}

resource "aws_iam_policy" "fail_all" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["kms:Decrypt"], Resource = "*" },
    ]
  })
}

resource "aws_iam_policy" "fail_all_of_account" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["kms:GenerateDataKey", "kms:De*"], Resource = ["arn:aws:kms:us-east-1:000000000000:key/*"] },
    ]
  })
}

resource "aws_iam_policy" "fail_reencrypt" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kms:ReEncrypt*", Resource = "arn:aws:kms:*:*:key/*" },
    ]
  })
}

resource "aws_iam_policy" "fail_service_alone" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kms:Decrypt", Resource = "*", Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.us-east-1.amazonaws.com" } } },
    ]
  })
}

resource "aws_iam_policy" "fail_context_alone" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kms:Decrypt", Resource = "*", Condition = { StringLike = { "kms:EncryptionContext:SecretARN" = "arn:aws:secretsmanager:us-east-1:000000000000:secret:orders/database-??????" } } },
    ]
  })
}

# In a key's own policy, * is that key.
resource "aws_kms_key" "key_policy" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::000000000000:role/reader" }, Action = "kms:Decrypt", Resource = "*" },
    ]
  })
}

data "aws_iam_policy_document" "hcl_fail_document" {
  statement {
    actions   = ["kms:Decrypt"]
    resources = ["*"]
  }
}

module "plan_fail_document" {
  source = "./role"

  policy = data.aws_iam_policy_document.hcl_fail_document.json
}

resource "aws_kms_key" "this" {}

data "aws_iam_policy_document" "fail_unknown" {
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.this.arn, "*"]
  }
}

data "aws_iam_policy_document" "pass_document" {
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.this.arn]
  }
}
