variable "secret_arns" {
  type = list(string)
}

variable "reader_arns" {
  type = list(string)
}

variable "default_arns" {
  type    = list(string)
  default = ["*"]
}

# pass: 5; unknown: 7
data "aws_iam_policy_document" "reader" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = var.secret_arns
  }
}

# unknown: 7
data "aws_iam_policy_document" "below" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [for arn in var.secret_arns : "${arn}*"]
  }
}

# unknown: 4
data "aws_iam_policy_document" "of_secret" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = var.reader_arns
    }
  }
}

# fail: 7
data "aws_iam_policy_document" "of_default" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = var.default_arns
  }
}

# pass: 7
data "aws_iam_policy_document" "of_read_list" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [for name in ["orders", "billing"] : "arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-??????"]
  }
}

# fail: 7
data "aws_iam_policy_document" "of_joined_list" {
  statement {
    actions   = split(",", "secretsmanager:GetSecretValue,secretsmanager:DescribeSecret")
    resources = distinct(flatten([["*"], ["*"]]))
  }
}
