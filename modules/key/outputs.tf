output "arn" {
  description = "ARN of the key."
  value       = try(aws_kms_key.this[0].arn, data.aws_kms_key.existing[0].arn)
}

output "alias" {
  description = "Alias of the key: the one made, or the one by which an existing key was named; null if that was named by its ARN."
  value       = var.existing == null ? one(aws_kms_alias.this[*].name) : try(var.existing.alias, null)
}
