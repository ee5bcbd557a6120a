output "arn" {
  description = "ARN of the secret. The reader needs it, because the name works only in the owner's account."
  value       = module.credentials.arn
}

output "key_arn" {
  description = "ARN of the key that encrypts the secret, in the owner's account."
  value       = module.credentials.key_arn
}

output "role_arn" {
  description = "ARN of the role that reads the secret, in the reader's account."
  value       = aws_iam_role.reports.arn
}
