resource "aws_secretsmanager_secret_version" "this" {
  secret_id     = "module/secret"
  secret_string = "correct horse battery staple"
}

output "value" {
  value     = aws_secretsmanager_secret_version.this.secret_string
  sensitive = true
}
