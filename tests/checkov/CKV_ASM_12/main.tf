resource "aws_secretsmanager_secret" "this" {
  name = "output/secret"
}

resource "aws_secretsmanager_secret_version" "fail_whole" {
  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = "correct horse battery staple"
}

output "whole" {
  value     = aws_secretsmanager_secret_version.fail_whole.secret_string
  sensitive = true
}

resource "aws_secretsmanager_secret_version" "fail_splat" {
  count = 1

  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = "correct horse battery staple"
}

output "splat" {
  value     = one(aws_secretsmanager_secret_version.fail_splat[*].secret_string)
  sensitive = true
}

data "aws_secretsmanager_random_password" "hcl_fail_password" {
  password_length = 20
}

output "hash" {
  value     = sha256(data.aws_secretsmanager_random_password.hcl_fail_password.random_password)
  sensitive = true
}

module "fail_module" {
  source = "./secret"
}

output "module" {
  value     = { password = module.fail_module.value }
  sensitive = true
}

resource "aws_secretsmanager_secret_version" "pass_version_id" {
  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = "correct horse battery staple"
}

output "version_id" {
  value = aws_secretsmanager_secret_version.pass_version_id.version_id
}

resource "aws_secretsmanager_secret_version" "pass_splat" {
  count = 1

  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = "correct horse battery staple"
}

output "version_ids" {
  value = aws_secretsmanager_secret_version.pass_splat[*].version_id
}

# An output of a module ends at its caller.
module "pass_module" {
  source = "./secret"
}

# Another root module has a module of this name, and an output of it.
module "twin" {
  source = "./unexported"
}
