output "arn" {
  description = "ARN of the secret."
  value       = module.credentials.arn
}

output "function_name" {
  description = "Name of the function that reads the secret."
  value       = aws_lambda_function.this.function_name
}

output "function_arn" {
  description = "ARN of the function that reads the secret."
  value       = aws_lambda_function.this.arn
}

output "role_arn" {
  description = "ARN of the execution role of the function that reads the secret."
  value       = aws_iam_role.function.arn
}

output "log_group" {
  description = "Name of the log group of the function that reads the secret."
  value       = aws_cloudwatch_log_group.function.name
}

output "rotation_role_arn" {
  description = "ARN of the execution role of the function that rotates the secret."
  value       = module.credentials.rotation_role_arn
}
