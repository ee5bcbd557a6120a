output "arn" {
  description = "ARN of the secret: what the function is given to read it by."
  value       = module.credentials.arn
}

output "role_arn" {
  description = "ARN of the role that may read it: the function's execution role."
  value       = aws_iam_role.application.arn
}
