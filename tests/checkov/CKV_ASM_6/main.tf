data "aws_caller_identity" "current" {}

resource "aws_kms_key" "this" {}

resource "aws_kms_key" "pass_root" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }, Action = "kms:*", Resource = "*" },
    ]
  })
}

resource "aws_kms_key" "pass_account" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = data.aws_caller_identity.current.account_id }, Action = "kms:*", Resource = "*" },
    ]
  })
}

resource "aws_kms_key" "pass_administrator" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }, Action = "kms:*", Resource = "*" },
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::000000000000:role/administrator" }, Action = ["kms:Describe*", "kms:ScheduleKeyDeletion"], Resource = "*" },
    ]
  })
}

resource "aws_kms_key" "pass_denied" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "kms:*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } },
    ]
  })
}

resource "aws_kms_key" "fail_role" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root", "arn:aws:iam::000000000000:role/administrator"] }, Action = "kms:*", Resource = "*" },
    ]
  })
}

resource "aws_kms_key_policy" "fail_everything" {
  key_id = aws_kms_key.this.key_id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::000000000000:user/administrator" }, Action = "*", Resource = "*" },
    ]
  })
}

resource "aws_kms_key_policy" "fail_everybody" {
  key_id = aws_kms_key.this.key_id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = ["kms:*"], Resource = "*", Condition = { StringEquals = { "kms:CallerAccount" = "000000000000" } } },
    ]
  })
}

resource "aws_kms_key_policy" "fail_service" {
  key_id = aws_kms_key.this.key_id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "secretsmanager.amazonaws.com" }, Action = "kms:*", Resource = "*" },
    ]
  })
}

# A plan shows which account this is.
resource "aws_kms_key_policy" "hcl_pass_plan_fail_foreign_root" {
  key_id = aws_kms_key.this.key_id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111111111111:root" }, Action = "kms:*", Resource = "*" },
    ]
  })
}

data "aws_iam_policy_document" "hcl_fail_document" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::000000000000:role/administrator"]
    }
  }
}

module "plan_fail_document" {
  source = "./key"

  policy = data.aws_iam_policy_document.hcl_fail_document.json
}

resource "aws_iam_role" "this" {
  name               = "administrator-of-keys"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

data "aws_iam_policy_document" "fail_unknown" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.this.arn, "arn:aws:iam::000000000000:user/administrator"]
    }
  }
}

# An identity policy. Its attachment is elsewhere.
data "aws_iam_policy_document" "of_identity" {
  statement {
    actions   = ["kms:*"]
    resources = [aws_kms_key.this.arn]
  }
}

# A bucket policy.
data "aws_iam_policy_document" "of_bucket" {
  statement {
    actions   = ["*"]
    resources = ["arn:aws:s3:::bucket/*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.this.arn]
    }
  }
}
