output "policy_json" {
  description = "Policy of a VPC endpoint for the service. It allows the account's principals to reach the account's resources."
  value       = data.aws_iam_policy_document.this.minified_json
}
