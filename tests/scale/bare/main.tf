# The lower bound: the minimum that keeps a generated password out of the state, written by hand for many secrets.

provider "aws" {
  region = "us-east-1"
}

variable "number" {
  type = number
}

# Null: a key for each secret.
variable "key_arn" {
  type    = string
  default = null
}

locals {
  names     = toset([for index in range(var.number) : format("scale/bare/%03d", index)])
  own_keys  = var.key_arn == null ? local.names : []
  kms_keys  = { for name in local.names : name => try(aws_kms_key.this[name].arn, var.key_arn) }
  principal = "arn:aws:iam::000000000000:root"
}

resource "aws_kms_key" "this" {
  for_each = local.own_keys

  description         = "Encrypts the secret ${each.key}"
  enable_key_rotation = true

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = local.principal }, Action = "kms:*", Resource = "*" }]
  })
}

resource "aws_kms_alias" "this" {
  for_each = local.own_keys

  name          = "alias/${each.key}"
  target_key_id = aws_kms_key.this[each.key].key_id
}

resource "aws_secretsmanager_secret" "this" {
  for_each = local.names

  name                    = each.key
  kms_key_id              = local.kms_keys[each.key]
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_policy" "this" {
  for_each = local.names

  secret_arn          = aws_secretsmanager_secret.this[each.key].arn
  block_public_policy = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "secretsmanager:*"
      Resource  = "*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

ephemeral "aws_secretsmanager_random_password" "this" {
  for_each = local.names

  password_length = 32
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = local.names

  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo_version = 1

  secret_string_wo = jsonencode({
    engine   = "mysql"
    username = "app"
    host     = "localhost"
    port     = 3306
    password = ephemeral.aws_secretsmanager_random_password.this[each.key].random_password
  })
}
