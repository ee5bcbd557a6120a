variable "path" {
  type = string
}

resource "aws_secretsmanager_secret" "this" {
  name = "${var.path}/credentials"
}
