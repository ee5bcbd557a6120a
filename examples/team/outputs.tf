output "arns" {
  description = "ARN of each secret, by name."
  value       = { for secret in module.secrets : secret.name => secret.arn }
}

output "key_arn" {
  description = "ARN of the key that encrypts the secrets."
  value       = aws_kms_key.this.arn
}

output "role_arn" {
  description = "ARN of the role that reads the secrets, the task role of the team's services."
  value       = aws_iam_role.services.arn
}
