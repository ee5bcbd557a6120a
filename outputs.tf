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

output "key_alias" {
  description = "Alias of that key; null for the AWS managed key and for one that was named by its ARN."
  value       = one(module.key[*].alias)
}

output "replicas" {
  description = "ARN of each replica by its region."
  value       = module.secret.replicas
}

output "ecs_value_from" {
  description = "`valueFrom` of an ECS container secret by JSON key, for `database`. For other values: \"ARN:KEY::\", or the ARN for the whole value."
  value       = { for key in local.json_keys : key => "${module.secret.arn}:${key}::" }
}

output "cloudformation_references" {
  description = "CloudFormation dynamic reference by JSON key, for `database`."
  value       = { for key in local.json_keys : key => "{{resolve:secretsmanager:${module.secret.arn}:SecretString:${key}}}" }
}

output "reader_policy_json" {
  description = "Identity policy for a role that reads the value. A role of another account needs it beside being one of `access.readers`."
  value       = module.access.reader_policy_json
}

output "rotator_policy_json" {
  description = "Identity policy for a role that rotates the value."
  value       = module.access.rotator_policy_json
}

output "endpoint_policy_json" {
  description = "Policy for a VPC endpoint for Secrets Manager that leads to this secret, for those who may use it."
  value       = module.access.endpoint_policy_json
}

output "key_policy_statements_json" {
  description = "Statements for the policy of an existing key, so that those who are named in `access` can use it for this secret."
  value       = module.access.key_policy_statements_json
}

output "rotation_function_arn" {
  description = "ARN of the function that rotates; null without `rotation`."
  value       = var.rotation == null ? null : module.rotation[0].function_arn
}

output "rotation_role_arn" {
  description = "ARN of the execution role of this project's own function, which the superuser's secret must let in; null for any other function."
  value       = var.rotation == null ? null : module.rotation[0].role_arn
}

output "rotation_security_group_id" {
  description = "Id of the function's security group, which VPC endpoints must admit; null for a function that exists."
  value       = var.rotation == null ? null : module.rotation[0].security_group_id
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
  json_keys = var.database == null ? [] : concat(keys(one(module.database[*].fields)), ["password"])
}
