output "policy_json" {
  description = "Policy of a VPC endpoint for the service, for the account's principals and what is the account's."
  value       = data.aws_iam_policy_document.this.minified_json
}
