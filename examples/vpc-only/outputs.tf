output "arn" {
  description = "ARN of the secret: what the application is given to read it by."
  value       = module.credentials.arn
}

output "role_arn" {
  description = "ARN of the role that may read it: the application's task role."
  value       = aws_iam_role.application.arn
}

output "vpc_endpoint_id" {
  description = "Id of the endpoint through which it is read."
  value       = module.endpoint.ids["secretsmanager"]
}

output "security_group_id" {
  description = "Id of the security group that the application runs in."
  value       = aws_security_group.application.id
}

output "subnet_ids" {
  description = "Ids of the private subnets that the application runs in."
  value       = aws_subnet.private[*].id
}
