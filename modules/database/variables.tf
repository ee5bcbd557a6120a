variable "database" {
  description = <<-EOT
    The database that the credentials open.
    - `engine`: `db2`, `docdb`, `mariadb`, `mysql`, `oracle`, `postgres`, `redshift` or `sqlserver`; or as RDS names it, like `aurora-postgresql` or `oracle-ee`. The secret then holds the name that its JSON structure documents.
    - `username`: the database user.
    - `host`: host name or IP address; leave out while there is no database yet.
    - `port`: TCP port, 1 to 65535. Default for the first value of a secret: the engine's own.
    - `dbname`: database name; required for `oracle`.
    - `ssl`: `true`: rotation connects by TLS only; `false`: never by TLS; left out: by TLS only, but AWS's published functions by TLS where the server offers it. Default for the first value of a `docdb` secret: `true`.
    - `instance_identifier` or `cluster_identifier`: the DB instance or cluster, by which the Secrets Manager console finds the database.
    - `superuser_secret_arn`: ARN of the secret of a superuser, for rotation by alternating users.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
  EOT
  type = object({
    engine               = string
    username             = string
    host                 = optional(string)
    port                 = optional(number)
    dbname               = optional(string)
    ssl                  = optional(bool)
    instance_identifier  = optional(string)
    cluster_identifier   = optional(string)
    superuser_secret_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = contains(keys(local.names), coalesce(var.database.engine, "none"))
    error_message = "database.engine is ${jsonencode(var.database.engine)}, which Secrets Manager does not know. Use one of: ${join(", ", keys(local.names))}. For anything else store key_values."
  }

  validation {
    condition     = try(trimspace(var.database.username) != "", false)
    error_message = "database.username is empty. Give the name of the database user that the password belongs to."
  }

  validation {
    condition     = try(trimspace(var.database.host) != "", var.database.host == null)
    error_message = "database.host is empty. Give a host name or an IP address, or leave host out while there is no database yet."
  }

  validation {
    condition     = try(var.database.port >= 1 && var.database.port <= 65535 && floor(var.database.port) == var.database.port, var.database.port == null)
    error_message = "database.port is ${coalesce(var.database.port, 0)}. Give a whole number from 1 to 65535, or leave port out for the engine's default."
  }

  validation {
    condition     = try(local.names[var.database.engine].json_engine, null) != "oracle" || try(trimspace(var.database.dbname) != "", false)
    error_message = "database.dbname is missing. Oracle needs a database name to connect: set dbname."
  }

  validation {
    condition     = var.database.instance_identifier == null || var.database.cluster_identifier == null
    error_message = "database has both instance_identifier and cluster_identifier. Keep the one that names where the user logs in."
  }

  validation {
    condition     = var.database.instance_identifier == null || coalesce(var.database.engine, "none") != "redshift"
    error_message = "database.instance_identifier is set, but Secrets Manager finds a Redshift database by its cluster. Use cluster_identifier."
  }

  validation {
    condition     = var.database.superuser_secret_arn == null || can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$", var.database.superuser_secret_arn))
    error_message = "database.superuser_secret_arn is ${jsonencode(var.database.superuser_secret_arn)}, which is not the ARN of a secret. Give the superuser's secret as arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX."
  }
}

variable "password_length" {
  description = "Length of the password in characters, from 8 to the engine's limit. Default: 32, or the engine's limit if that is less (30 for `oracle`)."
  type        = number
  default     = null

  validation {
    condition     = try(var.password_length >= 8 && var.password_length <= local.engine.password_length_max, var.password_length == null)
    error_message = "password.length is ${coalesce(var.password_length, 0)}. ${local.engine_name} takes passwords of 8 to ${local.engine.password_length_max} characters."
  }
}
