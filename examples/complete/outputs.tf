output "arn" {
  description = "ARN of the secret: what the application is given to read it by."
  value       = module.credentials.arn
}

output "role_arn" {
  description = "ARN of the role that may read it: the application's task role."
  value       = aws_iam_role.application.arn
}

output "subnet_ids" {
  description = "Ids of the private subnets that the application runs in."
  value       = aws_subnet.private[*].id
}

output "security_group_id" {
  description = "Id of the security group that the application runs in."
  value       = aws_security_group.application.id
}

output "vpc_endpoint_id" {
  description = "Id of the endpoint through which it is read."
  value       = module.endpoint.ids["secretsmanager"]
}

output "rotation_role_arn" {
  description = "ARN of the execution role of the function that rotates it."
  value       = module.credentials.rotation_role_arn
}

output "replicas" {
  description = "ARN of the copy by region."
  value       = module.credentials.replicas
}

output "replica_key_arns" {
  description = "ARN of the key that encrypts the copy, by region."
  value       = { eu-west-1 = aws_kms_key.copy.arn }
}

output "topic_arn" {
  description = "ARN of the SNS topic that is told, for further subscribers."
  value       = module.credentials.monitoring_topic_arn
}

output "monthly_cost" {
  description = "US dollars a month, in all and by what; the copy's key and the endpoint are not in it."
  value       = module.cost.monthly_cost
}
