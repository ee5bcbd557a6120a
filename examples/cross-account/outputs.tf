output "arn" {
  description = "ARN of the secret: what the reader is given, since its account does not know the name."
  value       = module.credentials.arn
}

output "key_arn" {
  description = "ARN of the key that encrypts it, in the owner's account."
  value       = module.credentials.key_arn
}

output "role_arn" {
  description = "ARN of the role that reads it, in the reader's account."
  value       = aws_iam_role.reports.arn
}
