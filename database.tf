# What AWS documents for each engine that Secrets Manager supports.
#
# JSON structure: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
# Engine names: Engine in the CreateDBInstance and CreateDBCluster API references of RDS.
# Password limit: MasterUserPassword in the CreateDBInstance, CreateDBCluster and CreateCluster API references.
# User name limit, where modules/rotation creates a second user:
#   https://www.postgresql.org/docs/current/limits.html (bytes), https://dev.mysql.com/doc/refman/8.4/en/user-names.html,
#   https://mariadb.com/docs/server/reference/sql-structure/sql-language-structure/identifier-names

locals {
  # RDS has names for the editions of an engine. The secret's JSON names only the engine.
  engines = merge([
    for engine in [
      { names = ["aurora-mysql"], json_engine = "mysql", port = 3306, password_length_max = 41, username_length_max = 32 },
      { names = ["aurora-postgresql"], json_engine = "postgres", port = 5432, password_length_max = 41, username_length_max = 63 },
      { names = ["db2", "db2-ae", "db2-ce", "db2-se"], json_engine = "db2", port = 50000, password_length_max = 255 },
      { names = ["docdb"], json_engine = "mongo", port = 27017, password_length_max = 100 },
      { names = ["mariadb"], json_engine = "mariadb", port = 3306, password_length_max = 41, username_length_max = 128 },
      { names = ["mysql"], json_engine = "mysql", port = 3306, password_length_max = 41, username_length_max = 32 },
      { names = ["postgres"], json_engine = "postgres", port = 5432, password_length_max = 128, username_length_max = 63 },
      { names = ["redshift"], json_engine = "redshift", port = 5439, password_length_max = 64 },
      {
        names = [
          "oracle", "oracle-ee", "oracle-ee-cdb", "oracle-se2", "oracle-se2-cdb",
          "custom-oracle-ee", "custom-oracle-ee-cdb", "custom-oracle-se2", "custom-oracle-se2-cdb",
        ]
        json_engine = "oracle", port = 1521, password_length_max = 30
      },
      {
        names = [
          "sqlserver", "sqlserver-dev-ee", "sqlserver-ee", "sqlserver-ex", "sqlserver-se", "sqlserver-web",
          "custom-sqlserver-dev", "custom-sqlserver-ee", "custom-sqlserver-se", "custom-sqlserver-web",
        ]
        json_engine = "sqlserver", port = 1433, password_length_max = 128
      },
    ] : { for name in engine.names : name => engine }
  ]...)

  # A validation reports an unknown engine. For such an engine, every other check uses the widest limits.
  engine = try(local.engines[var.database.engine], { json_engine = null, port = null, password_length_max = 4096 })

  # The field names are those that AWS documents. Terraform does not manage a field that the caller leaves out.
  fields = { for name, value in {
    engine               = local.engine.json_engine
    username             = try(var.database.username, null)
    host                 = try(var.database.host, null)
    port                 = try(var.database.port, null)
    dbname               = try(var.database.dbname, null)
    ssl                  = try(var.database.ssl, null)
    dbInstanceIdentifier = try(var.database.instance_identifier, null)
    dbClusterIdentifier  = try(var.database.cluster_identifier, null)
    masterarn            = try(var.database.superuser_secret_arn, null)
  } : name => value if value != null }

  # Only a first value gets a default. A current value keeps its fields, and a missing field stays missing.
  default_fields = { for name, value in {
    port = local.engine.port
    ssl  = local.engine.json_engine == "mongo" ? true : null
  } : name => value if value != null && !contains(keys(local.fields), name) }

  # The rules of the password (GetRandomPassword), for this module and for the function that rotates.
  password = {
    length                     = coalesce(var.password.length, min(32, local.engine.password_length_max))
    exclude_characters         = var.password.exclude_characters == null ? local.default_exclude_characters : var.password.exclude_characters
    exclude_lowercase          = coalesce(var.password.exclude_lowercase, false)
    exclude_uppercase          = coalesce(var.password.exclude_uppercase, false)
    exclude_numbers            = coalesce(var.password.exclude_numbers, false)
    exclude_punctuation        = coalesce(var.password.exclude_punctuation, false)
    include_space              = coalesce(var.password.include_space, false)
    require_each_included_type = coalesce(var.password.require_each_included_type, true)
  }
}
