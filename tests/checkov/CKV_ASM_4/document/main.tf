variable "secret_arn" {
  type = string
}

variable "endpoint" {
  type = string
}

data "aws_iam_policy_document" "this" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.secret_arn]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceVpce"
      values   = [var.endpoint]
    }
  }
}

output "json" {
  value = data.aws_iam_policy_document.this.json
}
