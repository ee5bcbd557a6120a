output "arn" {
  description = "ARN of the secret. The function uses it to read the secret."
  value       = module.credentials.arn
}

output "role_arn" {
  description = "ARN of the role that can read the secret, the function's execution role."
  value       = aws_iam_role.application.arn
}
