output "arn" {
  description = "ARN of the secret. The application uses it to read the secret."
  value       = module.credentials.arn
}

output "role_arn" {
  description = "ARN of the role that can read the secret, the application's task role."
  value       = aws_iam_role.application.arn
}

output "subnet_ids" {
  description = "IDs of the private subnets of the application."
  value       = aws_subnet.private[*].id
}

output "security_group_id" {
  description = "ID of the security group of the application."
  value       = aws_security_group.application.id
}

output "vpc_endpoint_id" {
  description = "ID of the endpoint through which the application reads the secret."
  value       = module.endpoint.ids["secretsmanager"]
}

output "rotation_role_arn" {
  description = "ARN of the execution role of the function that rotates the secret."
  value       = module.credentials.rotation_role_arn
}

output "replicas" {
  description = "ARN of the copy, by region."
  value       = module.credentials.replicas
}

output "replica_key_arns" {
  description = "ARN of the key that encrypts the copy, by region."
  value       = { eu-west-1 = aws_kms_key.copy.arn }
}

output "topic_arn" {
  description = "ARN of the SNS topic that gets the alerts, for more subscribers."
  value       = module.credentials.monitoring_topic_arn
}

output "monthly_cost" {
  description = "US dollars per month, in total and by part. The copy's key and the endpoint are not included."
  value       = module.cost.monthly_cost
}
