resource "aws_secretsmanager_secret" "this" {
  name = "policies/7"
}

resource "aws_iam_policy" "pass_name" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "arn:aws:secretsmanager:us-east-1:000000000000:secret:orders/database-??????" },
    ]
  })
}

resource "aws_iam_policy" "pass_branch" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "arn:aws:secretsmanager:*:*:secret:orders/*" },
    ]
  })
}

resource "aws_iam_policy" "pass_no_resource" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["secretsmanager:BatchGetSecretValue", "secretsmanager:ListSecrets", "secretsmanager:GetRandomPassword"], Resource = "*" },
    ]
  })
}

resource "aws_iam_policy" "pass_describe" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:Describe*", Resource = "*" },
    ]
  })
}

resource "aws_iam_policy" "pass_tag" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringEquals = { "aws:ResourceTag/Project" = "orders" } } },
    ]
  })
}

resource "aws_iam_policy" "pass_tag_prefix" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringLike = { "secretsmanager:ResourceTag/Project" = "orders-*" } } },
    ]
  })
}

resource "aws_iam_policy" "fail_all" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

resource "aws_iam_policy" "fail_all_of_account" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["secretsmanager:Get*"], Resource = "arn:aws:secretsmanager:us-east-1:000000000000:secret:*" },
    ]
  })
}

resource "aws_iam_policy" "fail_all_of_region" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "arn:aws:secretsmanager:us-east-1:*" },
    ]
  })
}

resource "aws_iam_policy" "fail_one_of_two" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = ["arn:aws:secretsmanager:us-east-1:000000000000:secret:orders/*", "arn:aws:secretsmanager:us-east-1:000000000000:secret:*"] },
    ]
  })
}

resource "aws_iam_policy" "fail_any_tag" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringLike = { "aws:ResourceTag/Project" = "*" } } },
    ]
  })
}

resource "aws_iam_policy" "fail_all_but_one" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:GetSecretValue", NotResource = "arn:aws:secretsmanager:us-east-1:000000000000:secret:orders/*" },
    ]
  })
}

# In a secret's own policy, * is that secret.
resource "aws_secretsmanager_secret_policy" "own_policy" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::000000000000:role/reader" }, Action = "secretsmanager:GetSecretValue", Resource = "*" },
    ]
  })
}

data "aws_iam_policy_document" "hcl_fail_document" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]
  }
}

module "plan_fail_document" {
  source = "./role"

  policy = data.aws_iam_policy_document.hcl_fail_document.json
}

data "aws_iam_policy_document" "pass_document" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.this.arn]
  }
}

data "aws_iam_policy_document" "fail_unknown" {
  source_policy_documents = [data.aws_iam_policy_document.pass_document.json]

  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "own_document" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::000000000000:role/reader"]
    }
  }
}
