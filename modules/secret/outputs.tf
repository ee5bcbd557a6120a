output "arn" {
  description = "ARN of the secret."
  value       = aws_secretsmanager_secret.this.arn
}

output "name" {
  description = "Name of the secret."
  value       = aws_secretsmanager_secret.this.name
}

output "version_id" {
  description = "Id of the version that Terraform wrote last; after a rotation this is no longer the current one. Null if `container_only`."
  value       = one(aws_secretsmanager_secret_version.this[*].version_id)
}

output "replicas" {
  description = "ARN of each replica by its region."
  value       = { for region in keys(var.replicas) : region => replace(aws_secretsmanager_secret.this.arn, ":${local.region}:", ":${region}:") }
}

output "password" {
  description = "Rules of the generated password with their defaults; null if none is generated. For who generates the next one."
  value       = var.password
}
