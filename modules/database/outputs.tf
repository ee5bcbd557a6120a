output "fields" {
  description = "The fields of the secret's JSON under the names that AWS documents, without the password; what was not given is left out."
  value       = { for name, value in local.fields : name => value if value != null }
}

output "password_length" {
  description = "Length of the password in characters that suits the engine."
  value       = coalesce(var.password_length, min(32, local.engine.password_length_max))
}
