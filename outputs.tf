# Few outputs: Terraform compares each output with all others of the module's instances. Twice as many take four times as
# long (docs/scale.md).

output "arn" {
  description = "ARN of the secret."
  value       = aws_secretsmanager_secret.this.arn
}

output "name" {
  description = "Name of the secret."
  value       = aws_secretsmanager_secret.this.name
}

output "version_id" {
  description = "ID of the version that Terraform wrote last, or null without a value (`create_value = false`). After a rotation, this version is no longer current."
  value       = one(aws_secretsmanager_secret_version.this[*].version_id)
}

output "key_arn" {
  description = "ARN of the key that encrypts the secret, or null for the AWS managed key."
  value       = local.key_arn
}

output "replicas" {
  description = "ARN of each replica, by region."
  value       = { for region in keys(var.replicas) : region => replace(aws_secretsmanager_secret.this.arn, ":${local.region}:", ":${region}:") }
}

output "references" {
  description = "References to the JSON keys of the value, for `database`. `ecs` has the `valueFrom` of a container's secret by key. `cloudformation` has the dynamic reference by key. For other values in ECS, use \"ARN:KEY::\" for a key or the ARN for the whole value."
  value = {
    ecs            = { for key in local.json_keys : key => "${aws_secretsmanager_secret.this.arn}:${key}::" }
    cloudformation = { for key in local.json_keys : key => "{{resolve:secretsmanager:${aws_secretsmanager_secret.this.arn}:SecretString:${key}}}" }
  }
}

locals {
  json_keys = var.database == null ? [] : concat(keys(merge(local.default_fields, local.fields)), ["password"])
}

output "policies_json" {
  description = "Policies to attach elsewhere: `reader`, `rotator` and `endpoint`. `reader` is the identity policy of a role that reads the value. A role of another account needs this policy and an entry in `access.readers`. `rotator` is the identity policy of a role that rotates the value. `endpoint` is the policy of a VPC endpoint for Secrets Manager. It leads to this secret, for the principals that can use the secret."
  value       = module.policies.identity_policies_json
}

# Separate from policies_json: an existing key waits for these statements, and the policies there wait for the key.
output "key_policy_statements_json" {
  description = "Statements for the policy of an existing key, which allow the principals in `access` to use the key for this secret."
  value       = module.policies.key_policy_statements_json
}

output "rotation_function" {
  description = "The function that rotates, as `arn` and `security_group_id`. `arn` is null without `rotation`. VPC endpoints must allow the security group. `security_group_id` is null for an existing function."
  value = {
    arn               = var.rotation == null ? null : module.rotation[0].function_arn
    security_group_id = var.rotation == null ? null : module.rotation[0].security_group_id
  }

  # In var.monitoring, these checks could be a cycle: var.rotation can name the topic that monitoring creates.
  precondition {
    condition     = var.rotation == null || try(var.monitoring.rotated_within_days, null) == null || try(local.days_between_rotations < 7, false)
    error_message = "monitoring.rotated_within_days is ${jsonencode(try(var.monitoring.rotated_within_days, null))}, and ${jsonencode(local.schedule)} can leave 7 days or more between two rotations. An alarm looks back at most 7 days, so it would go off although each rotation succeeds. Leave rotated_within_days out and use AWS Config, as modules/monitoring/README.md describes. Or choose a schedule with at most 6 days between two rotations."
  }

  precondition {
    condition     = try(var.monitoring.rotated_within_days > local.days_between_rotations || local.days_between_rotations >= 7, true)
    error_message = "monitoring.rotated_within_days is ${jsonencode(try(var.monitoring.rotated_within_days, null))}, and ${jsonencode(local.schedule)} can leave ${jsonencode(local.days_between_rotations)} days between two rotations. The alarm would go off although each rotation succeeds. Set it to at least one day more than the time between two rotations, and to at most 7 days."
  }
}

# Separate from rotation_function: the superuser's secret waits for this role, and the function waits for that secret.
output "rotation_role_arn" {
  description = "ARN of the execution role of this project's function, or null for any other function. The superuser's secret must allow this role."
  value       = var.rotation == null ? null : module.rotation[0].role_arn
}

output "monitoring_topic_arn" {
  description = "ARN of the SNS topic that gets the alerts of `monitoring`, or null without `monitoring`."
  value       = var.monitoring == null ? null : module.monitoring[0].topic_arn
}
