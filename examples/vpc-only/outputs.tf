output "arn" {
  description = "ARN of the secret. The application uses it to read the secret."
  value       = module.credentials.arn
}

output "role_arn" {
  description = "ARN of the role that can read the secret, the application's task role."
  value       = aws_iam_role.application.arn
}

output "vpc_endpoint_id" {
  description = "ID of the endpoint through which the application reads the secret."
  value       = module.endpoint.ids["secretsmanager"]
}

output "security_group_id" {
  description = "ID of the security group of the application."
  value       = aws_security_group.application.id
}

output "subnet_ids" {
  description = "IDs of the private subnets of the application."
  value       = aws_subnet.private[*].id
}
