variable "tags" {
  type = map(string)
}

resource "aws_secretsmanager_secret" "this" {
  name = "module/secret"
  tags = var.tags
}
