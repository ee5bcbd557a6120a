# What AWS documents for each engine that Secrets Manager knows. Only logic: no resource, no API call.
#
# JSON structure: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
# Engine names: Engine in the CreateDBInstance and CreateDBCluster API references of RDS.
# Password limit: MasterUserPassword in the CreateDBInstance, CreateDBCluster and CreateCluster API references.
locals {
  engines = {
    aurora-mysql      = { json_engine = "mysql", port = 3306, password_length_max = 41 }
    aurora-postgresql = { json_engine = "postgres", port = 5432, password_length_max = 41 }
    db2               = { json_engine = "db2", port = 50000, password_length_max = 255 }
    docdb             = { json_engine = "mongo", port = 27017, password_length_max = 100 }
    mariadb           = { json_engine = "mariadb", port = 3306, password_length_max = 41 }
    mysql             = { json_engine = "mysql", port = 3306, password_length_max = 41 }
    oracle            = { json_engine = "oracle", port = 1521, password_length_max = 30 }
    postgres          = { json_engine = "postgres", port = 5432, password_length_max = 128 }
    redshift          = { json_engine = "redshift", port = 5439, password_length_max = 64 }
    sqlserver         = { json_engine = "sqlserver", port = 1433, password_length_max = 128 }
  }

  # RDS names the editions of an engine. The secret's JSON names only the engine.
  editions = {
    db2 = ["db2-ae", "db2-ce", "db2-se"]
    oracle = [
      "oracle-ee", "oracle-ee-cdb", "oracle-se2", "oracle-se2-cdb",
      "custom-oracle-ee", "custom-oracle-ee-cdb", "custom-oracle-se2", "custom-oracle-se2-cdb",
    ]
    sqlserver = [
      "sqlserver-dev-ee", "sqlserver-ee", "sqlserver-ex", "sqlserver-se", "sqlserver-web",
      "custom-sqlserver-dev", "custom-sqlserver-ee", "custom-sqlserver-se", "custom-sqlserver-web",
    ]
  }

  names = merge(local.engines, [for engine, names in local.editions : { for name in names : name => local.engines[engine] }]...)

  # A validation reports an unknown engine; until then every other check sees the widest limits.
  engine_name = coalesce(var.database.engine, "none")
  engine      = lookup(local.names, local.engine_name, { json_engine = local.engine_name, port = 0, password_length_max = 4096 })

  fields = {
    engine               = local.engine.json_engine
    username             = var.database.username
    host                 = var.database.host
    port                 = var.database.port
    dbname               = var.database.dbname
    ssl                  = var.database.ssl
    dbInstanceIdentifier = var.database.instance_identifier
    dbClusterIdentifier  = var.database.cluster_identifier
    masterarn            = var.database.superuser_secret_arn
  }

  default_fields = {
    port = local.engine.port
    ssl  = local.engine.json_engine == "mongo" ? true : null
  }
}
