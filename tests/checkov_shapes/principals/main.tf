variable "reader" {
  type = string
}

variable "readers" {
  type = list(string)
}

variable "statements" {
  type = any
}

variable "is_shared" {
  type = bool
}

resource "aws_secretsmanager_secret" "this" {
  name = "orders/database"
}

# fail: 4; unknown: 7
data "aws_iam_policy_document" "generated" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    dynamic "principals" {
      for_each = ["*"]

      content {
        type        = "AWS"
        identifiers = [principals.value]
      }
    }
  }
}

# pass: 4; unknown: 7
data "aws_iam_policy_document" "generated_role" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    dynamic "principals" {
      for_each = { AWS = "arn:aws:iam::111122223333:role/reader" }
      iterator = who

      content {
        type        = who.key
        identifiers = [who.value]
      }
    }
  }
}

# unknown: 4 7
data "aws_iam_policy_document" "generated_open" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    dynamic "principals" {
      for_each = var.readers

      content {
        type        = "AWS"
        identifiers = [principals.value]
      }
    }
  }
}

# unknown: 4 6 23
resource "aws_secretsmanager_secret_policy" "open" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  block_public_policy = true
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = var.reader }, Action = "secretsmanager:GetSecretValue", Resource = "*" }]
  })
}

# unknown: 4
resource "aws_secretsmanager_secret_policy" "open_list" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  block_public_policy = true
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = concat(["arn:aws:iam::111122223333:role/a"], var.readers) }, Action = "secretsmanager:GetSecretValue", Resource = "*" }]
  })
}

# fail: 4
resource "aws_secretsmanager_secret_policy" "one_of_an_open_list" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  block_public_policy = true
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = concat(["*"], var.readers) }, Action = "secretsmanager:GetSecretValue", Resource = "*" }]
  })
}

# unknown: 4
resource "aws_secretsmanager_secret_policy" "conditional" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  block_public_policy = true
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = var.is_shared ? "*" : "arn:aws:iam::111122223333:role/a", Action = "secretsmanager:GetSecretValue", Resource = "*" }]
  })
}

# unknown: 4 8
resource "aws_secretsmanager_secret_policy" "open_statements" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  block_public_policy = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:role/a" }, Action = "secretsmanager:GetSecretValue", Resource = "*" }
    ], var.statements)
  })
}

# unknown: 4
resource "aws_secretsmanager_secret_policy" "open_effect" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  block_public_policy = true
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = var.reader, Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" }]
  })
}

# pass: 5; unknown: 7
resource "aws_iam_policy" "open_resource" {
  name = "open-resource"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = var.reader }]
  })
}

# unknown: 5 7
resource "aws_iam_policy" "open_actions" {
  name = "open-actions"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = var.readers, Resource = "*" }]
  })
}

# pass: 5; fail: 7
resource "aws_iam_policy" "open_part" {
  name = "open-part"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = ["*", var.reader] }]
  })
}

# pass: 5 7
resource "aws_iam_policy" "of_a_secret" {
  name = "of-a-secret"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = aws_secretsmanager_secret.this.arn }]
  })
}

# unknown: 5 7 22
data "aws_iam_policy_document" "open_source" {
  source_policy_documents = [var.reader]

  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.this.arn]
  }
}

resource "aws_iam_policy" "open_source" {
  name   = "open-source"
  policy = data.aws_iam_policy_document.open_source.json
}
