resource "aws_kms_key" "pass_rotates" {
  enable_key_rotation = true
}

resource "aws_kms_key" "fail_default" {}

resource "aws_kms_key" "fail_off" {
  enable_key_rotation = false
}

resource "aws_kms_key" "of_no_secret" {}

module "fail_module" {
  source = "./key"
}

resource "aws_secretsmanager_secret" "this" {
  for_each = {
    rotates = aws_kms_key.pass_rotates.arn
    default = aws_kms_key.fail_default.arn
    off     = aws_kms_key.fail_off.key_id
    module  = module.fail_module.arn
  }

  name       = "key/${each.key}"
  kms_key_id = each.value
}
