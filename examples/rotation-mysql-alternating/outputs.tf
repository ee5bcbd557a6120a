output "arn" {
  description = "ARN of the application's secret."
  value       = module.credentials.arn
}

output "superuser_arn" {
  description = "ARN of the superuser's secret."
  value       = module.superuser.arn
}

output "function_arn" {
  description = "ARN of the function that rotates."
  value       = module.credentials.rotation_function.arn
}

output "rotation_role_arn" {
  description = "ARN of the function's execution role."
  value       = module.credentials.rotation_role_arn
}
