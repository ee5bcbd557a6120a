output "arn" {
  description = "ARN of the secret itself."
  value       = module.credentials.arn
}

output "replicas" {
  description = "ARN of the copy, by region."
  value       = module.credentials.replicas
}

output "replica_key_arns" {
  description = "ARN of the key that encrypts the copy, by region."
  value = {
    eu-west-1 = aws_kms_key.ireland.arn
    us-west-2 = aws_kms_key.oregon.arn
  }
}

output "role_arn" {
  description = "ARN of the role that can read the secret in each region."
  value       = aws_iam_role.application.arn
}
