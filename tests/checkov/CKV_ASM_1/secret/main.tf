variable "name" {
  type = string
}

variable "key_arn" {
  type = string
}

resource "aws_secretsmanager_secret" "this" {
  name       = var.name
  kms_key_id = var.key_arn
}
