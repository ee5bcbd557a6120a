output "arn" {
  description = "ARN of the secret. An application uses it to read the secret."
  value       = module.credentials.arn
}

output "name" {
  description = "Name of the secret."
  value       = module.credentials.name
}

output "key_arn" {
  description = "ARN of the key that encrypts the secret."
  value       = module.credentials.key_arn
}

output "ecs_value_from" {
  description = "`valueFrom` for a container's `secrets`, by JSON key."
  value       = module.credentials.references.ecs
}

output "reader_policy_json" {
  description = "Policy to attach to the role of an application that reads the secret."
  value       = module.credentials.policies_json.reader
}
