resource "aws_secretsmanager_secret" "this" {
  name = "value/secret"
}

ephemeral "aws_secretsmanager_random_password" "this" {}

resource "aws_secretsmanager_secret_version" "pass_write_only" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this.random_password
  secret_string_wo_version = 1
}

resource "aws_secretsmanager_secret_version" "pass_null" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string            = null
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this.random_password
  secret_string_wo_version = 1
}

resource "aws_secretsmanager_secret_version" "fail_string" {
  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = "correct horse battery staple"
}

resource "aws_secretsmanager_secret_version" "fail_binary" {
  secret_id     = aws_secretsmanager_secret.this.id
  secret_binary = base64encode("correct horse battery staple")
}

module "fail_module" {
  source = "./version"

  secret_id = aws_secretsmanager_secret.this.id
  value     = { password = "correct horse battery staple" }
}
