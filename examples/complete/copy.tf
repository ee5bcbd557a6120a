# The key of the copy in Ireland. It works only for that copy, and only through Secrets Manager in that region.

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

resource "aws_kms_key" "copy" {
  provider = aws.ireland

  description             = "Encrypts the copy of the secret ${local.name} in Ireland"
  policy                  = module.copy_policies.resource_policies_json.key
  enable_key_rotation     = true
  rotation_period_in_days = 180
  tags                    = local.tags
}

resource "aws_kms_alias" "copy" {
  provider = aws.ireland

  name          = "alias/${local.name}"
  target_key_id = aws_kms_key.copy.key_id
}

module "copy_policies" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git//modules/policies?ref=v1.0.0"

  secret_name = local.name
  account_id  = data.aws_caller_identity.current.account_id
  region      = "eu-west-1"
}
