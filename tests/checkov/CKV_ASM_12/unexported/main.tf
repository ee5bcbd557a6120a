resource "aws_secretsmanager_secret_version" "pass_unexported" {
  secret_id     = "module/secret"
  secret_string = "correct horse battery staple"
}

output "value" {
  value     = aws_secretsmanager_secret_version.pass_unexported.secret_string
  sensitive = true
}
