output "secret_policy_json" {
  description = "The secret's resource policy."
  value       = data.aws_iam_policy_document.secret.minified_json
}

output "key_policy_json" {
  description = "The policy of the key that encrypts the secret."
  value       = data.aws_iam_policy_document.key.minified_json
}
