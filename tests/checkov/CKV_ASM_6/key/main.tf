variable "policy" {
  type = string
}

resource "aws_kms_key" "this" {
  policy = var.policy
}
