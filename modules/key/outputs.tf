output "arn" {
  description = "ARN of the key."
  # An ARN that is given is known while planning, also where the data source has to wait.
  value      = try(aws_kms_key.this[0].arn, coalesce(var.existing.arn, data.aws_kms_key.existing[0].arn))
  depends_on = [data.aws_kms_key.existing]
}
