# A key for each copy. Its policy is like that of the secret's key: it allows use only through Secrets Manager in the
# copy's region, and only for that copy. Secrets Manager decrypts the value and encrypts it again, so the keys share no
# material.

module "policies" {
  source   = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git//modules/policies?ref=v1.0.0"
  for_each = toset(["eu-west-1", "us-west-2"])

  secret_name = local.name
  account_id  = data.aws_caller_identity.current.account_id
  region      = each.key
}

data "aws_caller_identity" "current" {}

resource "aws_kms_key" "ireland" {
  provider = aws.ireland

  description         = "Encrypts the copy of the secret ${local.name} in Ireland"
  policy              = module.policies["eu-west-1"].resource_policies_json.key
  enable_key_rotation = true
  tags                = local.tags
}

resource "aws_kms_alias" "ireland" {
  provider = aws.ireland

  name          = "alias/${local.name}"
  target_key_id = aws_kms_key.ireland.key_id
}

resource "aws_kms_key" "oregon" {
  provider = aws.oregon

  description         = "Encrypts the copy of the secret ${local.name} in Oregon"
  policy              = module.policies["us-west-2"].resource_policies_json.key
  enable_key_rotation = true
  tags                = local.tags
}

resource "aws_kms_alias" "oregon" {
  provider = aws.oregon

  name          = "alias/${local.name}"
  target_key_id = aws_kms_key.oregon.key_id
}
