output "arn" {
  description = "ARN of the secret. An application uses it to read the secret."
  value       = module.credentials.arn
}

output "function_arn" {
  description = "ARN of the function that rotates the secret."
  value       = module.credentials.rotation_function.arn
}

output "rotation_role_arn" {
  description = "ARN of the function's execution role."
  value       = module.credentials.rotation_role_arn
}
