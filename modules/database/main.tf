# What AWS documents for each engine that Secrets Manager knows. Only logic: no resource, no API call.
#
# JSON structure: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
# Password limit: MasterUserPassword in the CreateDBInstance, CreateDBCluster and CreateCluster API references.
locals {
  engines = {
    db2       = { json_engine = "db2", port = 50000, password_length_max = 255 }
    docdb     = { json_engine = "mongo", port = 27017, password_length_max = 100 }
    mariadb   = { json_engine = "mariadb", port = 3306, password_length_max = 41 }
    mysql     = { json_engine = "mysql", port = 3306, password_length_max = 41 }
    oracle    = { json_engine = "oracle", port = 1521, password_length_max = 30 }
    postgres  = { json_engine = "postgres", port = 5432, password_length_max = 128 }
    redshift  = { json_engine = "redshift", port = 5439, password_length_max = 64 }
    sqlserver = { json_engine = "sqlserver", port = 1433, password_length_max = 128 }
  }

  # These run as clusters alone: there is no instance that Secrets Manager could look up.
  cluster_engines = ["docdb", "redshift"]

  # A validation reports an unknown engine; until then every other check sees the widest limits.
  engine_name = coalesce(var.database.engine, "none")
  engine      = lookup(local.engines, local.engine_name, { json_engine = local.engine_name, port = 0, password_length_max = 4096 })

  fields = {
    engine               = local.engine.json_engine
    username             = var.database.username
    host                 = var.database.host
    port                 = coalesce(var.database.port, local.engine.port)
    dbname               = var.database.dbname
    ssl                  = local.engine_name == "docdb" ? coalesce(var.database.ssl, true) : var.database.ssl
    dbInstanceIdentifier = var.database.instance_identifier
    dbClusterIdentifier  = var.database.cluster_identifier
    masterarn            = var.database.superuser_secret_arn
  }
}
