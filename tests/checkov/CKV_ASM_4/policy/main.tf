variable "secret_arn" {
  type = string
}

variable "policy" {
  type = string
}

resource "aws_secretsmanager_secret_policy" "this" {
  secret_arn = var.secret_arn
  policy     = var.policy
}
