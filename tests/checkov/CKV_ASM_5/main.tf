resource "aws_secretsmanager_secret" "this" {
  name = "policies/5"
}

resource "aws_iam_policy" "pass_read" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], Resource = "arn:aws:secretsmanager:us-east-1:000000000000:secret:orders/*" },
    ]
  })
}

resource "aws_iam_policy" "pass_prefix" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "secretsmanager:Get*", Resource = "arn:aws:secretsmanager:us-east-1:000000000000:secret:orders/*" },
    ]
  })
}

resource "aws_iam_policy" "pass_everything_in_a_bucket" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "*", Resource = "arn:aws:s3:::bucket/*" },
    ]
  })
}

resource "aws_iam_policy" "pass_other_service" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:*", Resource = "*" },
    ]
  })
}

resource "aws_iam_policy" "pass_all_but_secrets" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", NotAction = ["secretsmanager:*", "iam:*"], Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "pass_deny" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "secretsmanager:*", Resource = "*" },
    ]
  })
}

resource "aws_secretsmanager_secret_policy" "fail_own_policy" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::000000000000:role/administrator" }, Action = "secretsmanager:*", Resource = "*" },
    ]
  })
}

resource "aws_iam_policy" "fail_service" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetObject", "SecretsManager:*"], Resource = "arn:aws:secretsmanager:us-east-1:000000000000:secret:orders/*" },
    ]
  })
}

resource "aws_iam_policy" "fail_everything" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "*", Resource = "*" },
    ]
  })
}

resource "aws_iam_policy" "fail_all_but_others" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", NotAction = "iam:*", Resource = "*" },
    ]
  })
}

resource "aws_iam_role" "fail_inline" {
  name               = "fail-inline"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })

  inline_policy {
    name = "everything"
    policy = jsonencode({
      Version   = "2012-10-17"
      Statement = { Effect = "Allow", Action = "secretsmanager:*", Resource = "*" }
    })
  }
}

data "aws_iam_policy_document" "fail_document" {
  dynamic "statement" {
    for_each = [aws_secretsmanager_secret.this.arn]

    content {
      actions   = ["secretsmanager:*"]
      resources = [statement.value]
    }
  }
}

data "aws_iam_policy_document" "pass_document" {
  dynamic "statement" {
    for_each = toset([])

    content {
      actions   = ["secretsmanager:*"]
      resources = ["*"]
    }
  }

  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.this.arn]
  }
}

module "fail_module" {
  source = "./reader"

  secret_arn = aws_secretsmanager_secret.this.arn
  actions    = ["secretsmanager:*"]
}

module "pass_module" {
  source = "./reader"

  secret_arn = aws_secretsmanager_secret.this.arn
  actions    = ["secretsmanager:GetSecretValue"]
}
