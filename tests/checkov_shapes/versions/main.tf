variable "value" {
  type    = string
  default = null
}

variable "binary" {
  type    = string
  default = null
}

variable "given" {
  type = string
}

ephemeral "aws_secretsmanager_random_password" "this" {}

# pass: 11
resource "aws_secretsmanager_secret_version" "both" {
  secret_id                = "app/both"
  secret_string            = var.value
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this.random_password
  secret_string_wo_version = 1
}

# unknown: 11
resource "aws_secretsmanager_secret_version" "either" {
  secret_id                = "app/either"
  secret_string            = var.value
  secret_string_wo         = var.given
  secret_string_wo_version = 1
}

# fail: 11
resource "aws_secretsmanager_secret_version" "given" {
  secret_id     = "app/given"
  secret_string = var.given
}

# fail: 11
resource "aws_secretsmanager_secret_version" "string_or_binary" {
  secret_id     = "app/string"
  secret_string = jsonencode({ password = var.given })
  secret_binary = var.binary
}

# pass: 12
resource "aws_secretsmanager_secret_version" "write_only" {
  secret_id                = "app/write-only"
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this.random_password
  secret_string_wo_version = 1
}

output "write_only" {
  value     = aws_secretsmanager_secret_version.write_only.secret_string
  sensitive = true
}

# fail: 12
resource "aws_secretsmanager_secret_version" "whole" {
  secret_id     = "app/whole"
  secret_string = var.given
}

output "whole" {
  value     = aws_secretsmanager_secret_version.whole
  sensitive = true
}

# fail: 12
resource "random_password" "whole" {
  length = 32
}

output "random" {
  value     = random_password.whole
  sensitive = true
}

# pass: 12
resource "aws_secretsmanager_secret_version" "counted" {
  for_each = { a = "x" }

  secret_id     = "app/${each.key}"
  secret_string = each.value
}

output "counted" {
  value = length(aws_secretsmanager_secret_version.counted)
}

output "ids" {
  value = { for name, version in aws_secretsmanager_secret_version.counted : name => version.version_id }
}

output "splat" {
  value = values(aws_secretsmanager_secret_version.counted)[*].arn
}

# fail: 12
resource "aws_secretsmanager_secret_version" "mapped" {
  for_each = { a = "x" }

  secret_id     = "app/${each.key}"
  secret_string = each.value
}

output "mapped" {
  value     = [for version in aws_secretsmanager_secret_version.mapped : version.secret_string]
  sensitive = true
}

# pass: 12
resource "random_password" "beside" {
  length = 32
}

locals {
  settings = { name = "orders", password = random_password.beside.result }
}

output "name" {
  value = local.settings.name
}

output "is_long" {
  value = random_password.beside.result != "" ? "set" : "not set"
}
