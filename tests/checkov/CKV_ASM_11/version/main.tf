variable "secret_id" {
  type = string
}

variable "value" {
  type      = map(string)
  sensitive = true
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id     = var.secret_id
  secret_string = jsonencode(var.value)
}
