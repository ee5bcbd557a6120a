variable "secret_arn" {
  type = string
}

variable "actions" {
  type = list(string)
}

data "aws_iam_policy_document" "this" {
  statement {
    actions   = var.actions
    resources = [var.secret_arn]
  }
}

output "json" {
  value = data.aws_iam_policy_document.this.json
}
