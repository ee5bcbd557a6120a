# A key for each copy. Its policy is the one of the secret's own key, for the copy's region: through Secrets Manager
# there, and for that copy alone. Secrets Manager decrypts and encrypts anew on the way, so no key material is shared.

module "access_in_ireland" {
  source    = "../../modules/policies"
  providers = { aws = aws.ireland }

  secret_name = local.name
}

module "key_in_ireland" {
  source    = "../../modules/key"
  providers = { aws = aws.ireland }

  alias       = "alias/${local.name}"
  description = "Encrypts the copy of the secret ${local.name} in Ireland"
  policy_json = module.access_in_ireland.key_policy_json
  tags        = local.tags
}

module "access_in_oregon" {
  source    = "../../modules/policies"
  providers = { aws = aws.oregon }

  secret_name = local.name
}

module "key_in_oregon" {
  source    = "../../modules/key"
  providers = { aws = aws.oregon }

  alias       = "alias/${local.name}"
  description = "Encrypts the copy of the secret ${local.name} in Oregon"
  policy_json = module.access_in_oregon.key_policy_json
  tags        = local.tags
}
