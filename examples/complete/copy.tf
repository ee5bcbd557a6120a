# The key of the copy in Ireland, for that copy alone and through Secrets Manager there.

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

module "copy_access" {
  source    = "../../modules/policies"
  providers = { aws = aws.ireland }

  secret_name = local.name
}

module "copy_key" {
  source    = "../../modules/key"
  providers = { aws = aws.ireland }

  alias                   = "alias/${local.name}"
  description             = "Encrypts the copy of the secret ${local.name} in Ireland"
  policy_json             = module.copy_access.key_policy_json
  rotation_period_in_days = 180
  tags                    = local.tags
}
