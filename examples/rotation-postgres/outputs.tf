output "arn" {
  description = "ARN of the secret: what an application is given to read it by."
  value       = module.credentials.arn
}

output "function_arn" {
  description = "ARN of the function that rotates it."
  value       = module.credentials.rotation_function.arn
}

output "rotation_role_arn" {
  description = "ARN of the function's execution role."
  value       = module.credentials.rotation_role_arn
}
