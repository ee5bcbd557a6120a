# modules/policies defines who can do what, also for keys that encrypt several secrets.

module "policies" {
  source = "./modules/policies"

  secret_name        = local.name
  secret_arn         = aws_secretsmanager_secret.this.arn
  account_id         = local.account_id
  region             = local.region
  partition          = data.aws_service.secrets_manager.partition
  key_arn            = local.key_arn
  replica_key_arns   = { for region, replica in var.replicas : region => replica.kms_key_arn }
  readers            = var.access.readers
  services           = var.access.services
  administrators     = var.access.administrators
  rotators           = local.rotators
  superuser          = local.superuser
  conditions         = var.access.conditions
  policy_documents   = var.access.policy_documents
  key_administrators = var.key.administrators
}

# Terraform reads this also where the module creates a key. With a count, the statements for an existing key would wait
# for that key.
data "aws_caller_identity" "current" {}

locals {
  rotators = concat(
    var.access.rotators,
    # An index, because a splat would wait for the whole module, which waits for the key.
    try(var.rotation.function.package, null) == null ? [] : [module.rotation[0].role_arn],
    try(var.rotation.function.aws_template, null) == null ? [] : [module.rotation[0].aws_template_role_arn],
  )

  superuser = try(var.database.superuser_secret_arn, null) == null ? null : {
    secret_arn = var.database.superuser_secret_arn
    key_arn    = var.database.superuser_key_arn
  }

  has_conditions = anytrue([
    for condition in merge({}, var.access.conditions) : condition == null ? false : length(condition) > 0
  ])
  limits_reading = var.access.readers != null || local.has_conditions

  account_id  = data.aws_caller_identity.current.account_id
  caller_arn  = data.aws_caller_identity.current.arn
  account_iam = "arn:${data.aws_service.secrets_manager.partition}:iam::${local.account_id}"

  # The ARN of a session contains the name of its role, but not the role's path.
  caller_role = try("${local.account_iam}:role/${regex(":assumed-role/([^/]+)/", local.caller_arn)[0]}", local.caller_arn)
  # The conditions apply to readers, and Terraform may run elsewhere next time.
  caller_is_named = anytrue([
    for arn in concat(["${local.account_iam}:root"], var.access.administrators, local.has_conditions ? [] : coalesce(var.access.readers, [])) :
    replace(coalesce(arn, "none"), "/:role/.*//", ":role/") == local.caller_role
  ])
}
