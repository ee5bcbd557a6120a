variable "name" {
  type = string
}

variable "password_version" {
  type = number
}

locals {
  fields = { engine = "mysql", username = "dbadmin", host = "localhost", port = 3306 }
}

ephemeral "aws_secretsmanager_random_password" "new" {
  password_length = 32
}

resource "aws_secretsmanager_secret" "this" {
  name                    = var.name
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "this" {
  count = 1

  secret_id                = aws_secretsmanager_secret.this.arn
  version_stages           = ["AWSCURRENT", "value-version-${var.password_version}"]
  secret_string_wo         = jsonencode(merge(local.fields, { password = ephemeral.aws_secretsmanager_random_password.new.random_password }))
  secret_string_wo_version = parseint(substr(sha256(jsonencode([local.fields, var.password_version])), 0, 12), 16)

  lifecycle {
    ignore_changes = [version_stages]
  }
}
