output "arn" {
  description = "ARN of the secret."
  value       = module.api_key.arn
}

output "ecs_value_from" {
  description = "`valueFrom` for a container's `secrets`, by JSON key."
  value = {
    for key in ["api_key", "api_secret"] : key => "${module.api_key.arn}:${key}::"
  }
}

output "reader_policy_json" {
  description = "Policy to attach to the role of an application that reads the secret."
  value       = module.api_key.policies_json.reader
}
