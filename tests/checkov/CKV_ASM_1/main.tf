resource "aws_kms_key" "this" {}

resource "aws_secretsmanager_secret" "pass_key" {
  name       = "pass/key"
  kms_key_id = aws_kms_key.this.arn
}

resource "aws_secretsmanager_secret" "pass_arn" {
  name       = "pass/arn"
  kms_key_id = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000"
}

module "pass_module" {
  source = "./secret"

  name    = "pass/module"
  key_arn = aws_kms_key.this.arn
}

resource "aws_secretsmanager_secret" "fail_function" {
  name       = "fail/function"
  kms_key_id = one([local.aws_managed])
}

resource "aws_secretsmanager_secret" "pass_splat" {
  name       = "pass/splat"
  kms_key_id = one(module.keys[*].arn)
}

resource "aws_secretsmanager_secret" "fail_none" {
  name = "fail/none"
}

resource "aws_secretsmanager_secret" "fail_aws_managed" {
  name       = "fail/aws-managed"
  kms_key_id = "alias/aws/secretsmanager"
}

resource "aws_secretsmanager_secret" "fail_local" {
  name       = "fail/local"
  kms_key_id = local.aws_managed
}

module "fail_module" {
  source = "./secret"

  name    = "fail/module"
  key_arn = null
}

module "keys" {
  source = "./key"
  count  = 1
}

locals {
  aws_managed = "alias/aws/secretsmanager"
}
