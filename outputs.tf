# Few, since Terraform compares each output of a module with all others of its instances: twice as many take four times as long (docs/scale.md).

output "arn" {
  description = "ARN of the secret."
  value       = module.secret.arn
}

output "name" {
  description = "Name of the secret."
  value       = module.secret.name
}

output "version_id" {
  description = "Id of the version that Terraform wrote last; after a rotation this is no longer the current one. Null if `container_only`."
  value       = module.secret.version_id
}

output "key_arn" {
  description = "ARN of the key that encrypts the secret; null for the AWS managed key."
  value       = one(module.key[*].arn)
}

output "replicas" {
  description = "ARN of each replica by its region."
  value       = module.secret.replicas
}

output "references" {
  description = "How others name a JSON key of the value, for `database`: `ecs`, the `valueFrom` of a container's secret by key, and `cloudformation`, the dynamic reference by key. For other values: \"ARN:KEY::\" in ECS, or the ARN for the whole value."
  value = {
    ecs            = { for key in local.json_keys : key => "${module.secret.arn}:${key}::" }
    cloudformation = { for key in local.json_keys : key => "{{resolve:secretsmanager:${module.secret.arn}:SecretString:${key}}}" }
  }
}

output "policies_json" {
  description = "Policies to attach elsewhere: `reader` and `rotator`, the identity policies of a role that reads the value (one of another account needs it beside being one of `access.readers`) and of a role that rotates it; `endpoint`, the policy of a VPC endpoint for Secrets Manager that leads to this secret, for those who may use it."
  value = {
    reader   = module.access.reader_policy_json
    rotator  = module.access.rotator_policy_json
    endpoint = module.access.endpoint_policy_json
  }
}

# Alone, since the key that it is for has to wait for it, and the policies above wait for the key.
output "key_policy_statements_json" {
  description = "Statements for the policy of an existing key, so that those who are named in `access` can use it for this secret."
  value       = module.access.key_policy_statements_json
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

locals {
  # Null for cron(...), whose rotations may lie unevenly apart.
  days_between_rotations = try(
    coalesce(var.rotation.days),
    tonumber(regex("^rate\\(([0-9]+) days?\\)$", var.rotation.schedule)[0]),
    ceil(tonumber(regex("^rate\\(([0-9]+) hours\\)$", var.rotation.schedule)[0]) / 24),
    null,
  )
}

# Alone, since the superuser's secret waits for it, and the function waits for that secret.
output "rotation_role_arn" {
  description = "ARN of the execution role of this project's own function, which the superuser's secret must let in; null for any other function."
  value       = var.rotation == null ? null : module.rotation[0].role_arn
}

output "monitoring_topic_arn" {
  description = "ARN of the SNS topic that `monitoring` tells; null without it."
  value       = var.monitoring == null ? null : module.monitoring[0].topic_arn
}

output "monthly_cost" {
  description = "US dollars a month for this secret, known while planning: `total`, and what it is made of: `secret`, `replicas`, `key`, `reads`, `rotation`, `monitoring`."
  value       = module.cost.monthly_cost
}

locals {
  json_keys = var.database == null ? [] : concat(keys(merge(module.database[0].default_fields, module.database[0].fields)), ["password"])
}
