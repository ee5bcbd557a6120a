output "fields" {
  description = "The fields of the secret's JSON that the caller names, under the names that AWS documents; without the password and without defaults."
  value       = { for name, value in local.fields : name => value if value != null }
}

output "default_fields" {
  description = "The fields that only the first value of a secret takes where the caller names none: the engine's `port`, and `ssl` for `docdb`."
  value       = { for name, value in local.default_fields : name => value if value != null && local.fields[name] == null }
}

output "port" {
  description = "TCP port of the database: the one that the caller names, or the engine's own."
  value       = coalesce(var.database.port, local.engine.port)
}

output "password_length" {
  description = "Length of the password in characters that suits the engine."
  value       = coalesce(var.password_length, min(32, local.engine.password_length_max))
}
