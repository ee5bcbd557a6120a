output "arn" {
  description = "ARN of the secret."
  value       = module.login.arn
}

output "connection_arn" {
  description = "ARN of the connection, for an API destination of EventBridge."
  value       = aws_cloudformation_stack.connection.outputs["ConnectionArn"]
}

output "role_arn" {
  description = "ARN of the stack's service role, which reads the secret."
  value       = aws_iam_role.stack.arn
}
