variable "test" {
  type = string
}

variable "condition" {
  type = any
}

variable "organization" {
  type = string
}

locals {
  everybody = { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" }
}

resource "aws_secretsmanager_secret" "this" {
  name = "orders/database"
}

# pass: 4
data "aws_iam_policy_document" "generated_variable" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    dynamic "condition" {
      for_each = ["aws:PrincipalOrgID"]

      content {
        test     = "StringEquals"
        variable = condition.value
        values   = ["o-abc1234567"]
      }
    }
  }
}

# fail: 4
data "aws_iam_policy_document" "generated_from_nothing" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    dynamic "condition" {
      for_each = toset([])

      content {
        test     = "StringEquals"
        variable = "aws:PrincipalOrgID"
        values   = ["o-abc1234567"]
      }
    }
  }
}

# unknown: 4
data "aws_iam_policy_document" "open_test" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = var.test
      variable = "aws:PrincipalOrgID"
      values   = ["o-abc1234567"]
    }
  }
}

# unknown: 4
data "aws_iam_policy_document" "perhaps_generated" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    dynamic "condition" {
      for_each = var.condition

      content {
        test     = "StringEquals"
        variable = "aws:PrincipalOrgID"
        values   = ["o-abc1234567"]
      }
    }
  }
}

# unknown: 4
resource "aws_secretsmanager_secret_policy" "open" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  block_public_policy = true
  policy              = jsonencode({ Version = "2012-10-17", Statement = [merge(local.everybody, { Condition = var.condition })] })
}

# unknown: 4
resource "aws_secretsmanager_secret_policy" "open_value" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  block_public_policy = true
  policy              = jsonencode({ Version = "2012-10-17", Statement = [merge(local.everybody, { Condition = { StringEquals = { "aws:PrincipalOrgID" = var.organization } } })] })
}

# pass: 4
resource "aws_secretsmanager_secret_policy" "merged" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  block_public_policy = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
      Condition = merge({ StringEquals = { "aws:PrincipalOrgID" = "o-abc1234567" } }, {})
    }]
  })
}

# fail: 4
resource "aws_secretsmanager_secret_policy" "merged_into_nothing" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  block_public_policy = true
  policy              = jsonencode({ Version = "2012-10-17", Statement = [merge(local.everybody, { Sid = "Everybody" })] })
}

# pass: 4
resource "aws_secretsmanager_secret_policy" "heredoc" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  block_public_policy = true
  policy              = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Principal": "*",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        "Condition": { "StringEquals": { "aws:PrincipalOrgID": "${join("-", ["o", "abc1234567"])}" } }
      }]
    }
  JSON
}
