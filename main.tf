# Composes the modules and decides nothing itself. Each is usable alone; none of these knows of another.

# Remembers what cannot change without another secret in its place. All below has the name that is in use, so that a name
# that is not known before the apply comes to be refused before anything is changed.
resource "terraform_data" "identity" {
  input = { name = var.name, region = data.aws_region.current.id }

  lifecycle {
    ignore_changes = [input]

    postcondition {
      condition     = self.input.name == var.name
      error_message = "name changes from ${jsonencode(self.input.name)} to ${jsonencode(var.name)}. Secrets Manager cannot rename a secret, and one made anew would have a new value. Keep the name, or carry the value over to a second secret (docs/recipes.md#rename)."
    }

    postcondition {
      condition     = self.input.region == data.aws_region.current.id
      error_message = "The provider's region changes from ${self.input.region} to ${data.aws_region.current.id}. The secret stays in ${self.input.region}, and one made anew would have a new value. Keep the region, or add the other one to replicas."
    }
  }
}

data "aws_region" "current" {}

module "database" {
  source = "./modules/database"
  count  = var.database == null ? 0 : 1

  database        = var.database
  password_length = var.password.length
}

module "access" {
  source = "./modules/access"

  secret_name           = local.name
  key_arn               = one(module.key[*].arn)
  replica_key_arns      = { for region, replica in var.replicas : region => replica.kms_key_arn }
  readers               = var.access.readers
  services              = var.access.services
  administrators        = var.access.administrators
  rotators              = concat(var.access.rotators, local.rotation_role_arns)
  superuser             = local.superuser
  only                  = var.access.only
  policy_documents      = var.access.policy_documents
  key_administrators    = var.key.administrators
  terraform_reads_value = !var.container_only
}

module "key" {
  source = "./modules/key"
  count  = var.key.aws_managed ? 0 : 1

  existing                = var.key.existing
  alias                   = local.key_alias
  description             = substr("Encrypts the secret ${local.name}", 0, 8192)
  policy_json             = module.access.key_policy_json
  rotation_period_in_days = var.key.rotation_period_in_days
  deletion_window_in_days = var.key.deletion_window_in_days
  tags                    = var.tags
}

module "secret" {
  source = "./modules/secret"

  name                    = local.name
  description             = var.description
  kms_key_arn             = one(module.key[*].arn)
  aws_managed_key         = var.key.aws_managed
  policy_json             = module.access.secret_policy_json
  recovery_window_in_days = var.recovery_window_in_days
  replicas                = var.replicas
  tags                    = var.tags

  force_overwrite_replica_secret = var.force_overwrite_replica_secret

  # A conditional would give both sides one type, and so turn the port into a string.
  fields         = try(module.database[0].fields, {})
  default_fields = try(module.database[0].default_fields, {})
  password       = var.database == null ? null : merge(var.password, { length = one(module.database[*].password_length) })
  password_value = var.password_value
  key_values     = var.key_values
  text           = var.text
  binary         = var.binary
  value_version  = var.value_version
  container_only = var.container_only

  rotation = var.rotation == null ? null : {
    function_arn       = module.rotation[0].function_arn
    days               = var.rotation.days
    schedule           = var.rotation.schedule
    window             = var.rotation.window
    rotate_immediately = var.rotation.rotate_immediately
  }
}

module "rotation" {
  source = "./modules/rotation"
  count  = var.rotation == null ? 0 : 1

  secret_name         = local.name
  engine              = try(var.database.engine, null)
  database_port       = try(module.database[0].port, null)
  strategy            = var.rotation.strategy
  superuser           = local.superuser
  password            = module.secret.password
  rotator_policy_json = module.access.rotator_policy_json
  function            = var.rotation.function
  tags                = var.tags
}

module "monitoring" {
  source = "./modules/monitoring"
  count  = var.monitoring == null ? 0 : 1

  secret_name         = local.name
  secret_arn          = module.secret.arn
  key_arn             = one(module.key[*].arn)
  readers             = var.access.readers == null ? null : concat(var.access.readers, var.access.administrators, var.access.rotators, local.rotation_role_arns)
  reader_services     = keys(var.access.services)
  rotates             = var.rotation != null
  topic_arn           = var.monitoring.topic_arn
  emails              = var.monitoring.emails
  trail               = var.monitoring.trail
  max_denied_reads    = var.monitoring.max_denied_reads
  max_calls           = var.monitoring.max_calls
  rotated_within_days = var.monitoring.rotated_within_days
  tags                = var.tags
}

module "cost" {
  source = "./modules/cost"

  key             = var.key.aws_managed ? "aws_managed" : var.key.existing == null ? "made" : "existing"
  key_rotations   = var.cost.key_rotations
  replicas        = length(var.replicas)
  reads_per_month = var.cost.reads_per_month
  rotation        = var.rotation
  metrics         = try(var.monitoring.trail, null) == null ? 0 : 2
  topic_key       = try(var.monitoring.emails, null) != null
  prices          = var.cost.prices

  alarms = sum([
    try(var.rotation.function.package, null) == null ? 0 : 1,
    var.monitoring == null ? 0 : 2,
    try(var.monitoring.rotated_within_days, null) == null ? 0 : 1,
  ])
}

locals {
  name = terraform_data.identity.input.name

  # An alias has fewer characters than a name: a hash tells apart what would be the same alias, as of a.b and a-b.
  name_is_alias = can(regex("^[A-Za-z0-9_-][A-Za-z0-9/_-]*$", local.name)) && length(local.name) <= 241 && !startswith(local.name, "aws/")
  key_alias     = local.name_is_alias ? "alias/${local.name}" : "alias/${substr(replace(replace(trimprefix(local.name, "/"), "/^aws\\//", "aws-"), "/[^A-Za-z0-9/_-]/", "-"), 0, 241)}-${substr(sha256(local.name), 0, 8)}"

  # By index and not by splat, which would wait for the whole module, and that for the key.
  rotation_role_arns = concat(
    try(var.rotation.function.package, null) == null ? [] : [module.rotation[0].role_arn],
    try(var.rotation.function.published, null) == null ? [] : [module.rotation[0].published_role_arn],
  )

  superuser = try(var.database.superuser_secret_arn, null) == null ? null : {
    secret_arn = var.database.superuser_secret_arn
    key_arn    = var.database.superuser_key_arn
  }
}
