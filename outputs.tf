# Few, since Terraform compares each output of a module with all others of its instances: twice as many take four times as long (docs/scale.md).

output "arn" {
  description = "ARN of the secret."
  value       = aws_secretsmanager_secret.this.arn
}

output "name" {
  description = "Name of the secret."
  value       = aws_secretsmanager_secret.this.name
}

output "version_id" {
  description = "Id of the version that Terraform wrote last; after a rotation this is no longer the current one. Null without a value (`create_value = false`)."
  value       = one(aws_secretsmanager_secret_version.this[*].version_id)
}

output "key_arn" {
  description = "ARN of the key that encrypts the secret; null for the AWS managed key."
  value       = local.key_arn
}

output "replicas" {
  description = "ARN of each replica by its region."
  value       = { for region in keys(var.replicas) : region => replace(aws_secretsmanager_secret.this.arn, ":${local.region}:", ":${region}:") }
}

output "references" {
  description = "How others name a JSON key of the value, for `database`: `ecs`, the `valueFrom` of a container's secret by key, and `cloudformation`, the dynamic reference by key. For other values: \"ARN:KEY::\" in ECS, or the ARN for the whole value."
  value = {
    ecs            = { for key in local.json_keys : key => "${aws_secretsmanager_secret.this.arn}:${key}::" }
    cloudformation = { for key in local.json_keys : key => "{{resolve:secretsmanager:${aws_secretsmanager_secret.this.arn}:SecretString:${key}}}" }
  }
}

locals {
  json_keys = var.database == null ? [] : concat(keys(merge(local.default_fields, local.fields)), ["password"])
}

output "policies_json" {
  description = "Policies to attach elsewhere: `reader` and `rotator`, the identity policies of a role that reads the value (one of another account needs it beside being one of `access.readers`) and of a role that rotates it; `endpoint`, the policy of a VPC endpoint for Secrets Manager that leads to this secret, for those who may use it."
  value       = module.policies.identity_policies_json
}

# Not in policies_json: the key that it is for has to wait for it, and the policies there wait for the key.
output "key_policy_statements_json" {
  description = "Statements for the policy of an existing key, so that those who are named in `access` can use it for this secret."
  value       = module.policies.key_policy_statements_json
}

output "rotation_function" {
  description = "The function that rotates: its `arn`, null without `rotation`; `security_group_id`, which VPC endpoints must admit, null for a function that exists."
  value = {
    arn               = var.rotation == null ? null : module.rotation[0].function_arn
    security_group_id = var.rotation == null ? null : module.rotation[0].security_group_id
  }

  # Not at var.monitoring: the topic that monitoring makes may be one that var.rotation names.
  precondition {
    condition     = try(var.monitoring.rotated_within_days > local.days_between_rotations, true)
    error_message = "monitoring.rotated_within_days is ${jsonencode(try(var.monitoring.rotated_within_days, null))}, and there are ${jsonencode(local.days_between_rotations)} days between two rotations, so the alarm would ring though each rotation succeeds. Give at least a day more than between two rotations, 7 at most; for a longer schedule leave it out and let AWS Config watch, as modules/monitoring/README.md says."
  }
}

# Not in rotation_function: the superuser's secret waits for it, and the function waits for that secret.
output "rotation_role_arn" {
  description = "ARN of the execution role of this project's own function, which the superuser's secret must let in; null for any other function."
  value       = var.rotation == null ? null : module.rotation[0].role_arn
}

output "monitoring_topic_arn" {
  description = "ARN of the SNS topic that `monitoring` tells; null without it."
  value       = var.monitoring == null ? null : module.monitoring[0].topic_arn
}
