output "arn" {
  description = "ARN of the key."
  value       = try(aws_kms_key.this[0].arn, data.aws_kms_key.existing[0].arn)
}
