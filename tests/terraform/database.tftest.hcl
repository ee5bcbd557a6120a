# The JSON of every engine, and what modules/database refuses. Only logic: no provider, no API call.

run "mysql_has_the_documented_fields" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "mysql", username = "dbadmin", host = "localhost", dbname = "tutorial", instance_identifier = "vpc-tutorial-db" }
  }

  assert {
    condition = jsonencode(output.fields) == jsonencode({
      dbInstanceIdentifier = "vpc-tutorial-db"
      dbname               = "tutorial"
      engine               = "mysql"
      host                 = "localhost"
      port                 = 3306
      username             = "dbadmin"
    })
    error_message = "fields are ${jsonencode(output.fields)}"
  }
}

run "alternating_users_name_the_superuser_secret_as_masterarn" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = {
      engine               = "postgres"
      username             = "app"
      host                 = "db.example.com"
      cluster_identifier   = "orders"
      superuser_secret_arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:orders/superuser-AbCdEf"
    }
  }

  assert {
    condition = jsonencode(output.fields) == jsonencode({
      dbClusterIdentifier = "orders"
      engine              = "postgres"
      host                = "db.example.com"
      masterarn           = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:orders/superuser-AbCdEf"
      port                = 5432
      username            = "app"
    })
    error_message = "fields are ${jsonencode(output.fields)}"
  }
}

run "a_port_is_a_number_and_overrides_the_default" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "mysql", username = "dbadmin", port = 13306 }
  }

  assert {
    condition     = jsonencode(output.fields) == jsonencode({ engine = "mysql", port = 13306, username = "dbadmin" })
    error_message = "fields are ${jsonencode(output.fields)}"
  }
}

run "db2_has_its_own_engine_name_port_and_password_length" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "db2", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(output.fields) == jsonencode({ engine = "db2", port = 50000, username = "dbadmin" }) && output.password_length == 32
    error_message = "fields are ${jsonencode(output.fields)}, password_length is ${output.password_length}"
  }
}

run "docdb_has_its_own_engine_name_port_and_password_length" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "docdb", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(output.fields) == jsonencode({ engine = "mongo", port = 27017, ssl = true, username = "dbadmin" }) && output.password_length == 32
    error_message = "fields are ${jsonencode(output.fields)}, password_length is ${output.password_length}"
  }
}

run "mariadb_has_its_own_engine_name_port_and_password_length" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "mariadb", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(output.fields) == jsonencode({ engine = "mariadb", port = 3306, username = "dbadmin" }) && output.password_length == 32
    error_message = "fields are ${jsonencode(output.fields)}, password_length is ${output.password_length}"
  }
}

run "oracle_has_its_own_engine_name_port_and_password_length" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "oracle", username = "dbadmin", dbname = "ORCL" }
  }

  assert {
    condition     = jsonencode(output.fields) == jsonencode({ dbname = "ORCL", engine = "oracle", port = 1521, username = "dbadmin" }) && output.password_length == 30
    error_message = "fields are ${jsonencode(output.fields)}, password_length is ${output.password_length}"
  }
}

run "postgres_has_its_own_engine_name_port_and_password_length" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "postgres", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(output.fields) == jsonencode({ engine = "postgres", port = 5432, username = "dbadmin" }) && output.password_length == 32
    error_message = "fields are ${jsonencode(output.fields)}, password_length is ${output.password_length}"
  }
}

run "redshift_has_its_own_engine_name_port_and_password_length" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "redshift", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(output.fields) == jsonencode({ engine = "redshift", port = 5439, username = "dbadmin" }) && output.password_length == 32
    error_message = "fields are ${jsonencode(output.fields)}, password_length is ${output.password_length}"
  }
}

run "sqlserver_has_its_own_engine_name_port_and_password_length" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "sqlserver", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(output.fields) == jsonencode({ engine = "sqlserver", port = 1433, username = "dbadmin" }) && output.password_length == 32
    error_message = "fields are ${jsonencode(output.fields)}, password_length is ${output.password_length}"
  }
}

run "refuses_an_unknown_engine" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "mysq", username = "dbadmin" }
  }

  expect_failures = [var.database]
}

run "refuses_an_empty_username" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "mysql", username = " " }
  }

  expect_failures = [var.database]
}

run "refuses_an_empty_host" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "mysql", username = "dbadmin", host = "" }
  }

  expect_failures = [var.database]
}

run "refuses_port_0" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "mysql", username = "dbadmin", port = 0 }
  }

  expect_failures = [var.database]
}

run "refuses_port_65536" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "mysql", username = "dbadmin", port = 65536 }
  }

  expect_failures = [var.database]
}

run "refuses_half_a_port" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "mysql", username = "dbadmin", port = 3306.5 }
  }

  expect_failures = [var.database]
}

run "refuses_oracle_without_a_database_name" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "oracle", username = "dbadmin" }
  }

  expect_failures = [var.database]
}

run "refuses_an_instance_and_a_cluster" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "mysql", username = "dbadmin", instance_identifier = "one", cluster_identifier = "two" }
  }

  expect_failures = [var.database]
}

run "refuses_an_instance_of_redshift" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "redshift", username = "dbadmin", instance_identifier = "one" }
  }

  expect_failures = [var.database]
}

run "refuses_a_superuser_secret_that_is_no_secret" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "mysql", username = "dbadmin", superuser_secret_arn = "arn:aws:iam::111122223333:role/admin" }
  }

  expect_failures = [var.database]
}

run "refuses_a_password_of_7_characters" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database        = { engine = "mysql", username = "dbadmin", dbname = "orders" }
    password_length = 7
  }

  expect_failures = [var.password_length]
}

run "refuses_a_password_of_42_characters_for_mysql" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database        = { engine = "mysql", username = "dbadmin", dbname = "orders" }
    password_length = 42
  }

  expect_failures = [var.password_length]
}

run "refuses_a_password_of_31_characters_for_oracle" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database        = { engine = "oracle", username = "dbadmin", dbname = "orders" }
    password_length = 31
  }

  expect_failures = [var.password_length]
}

run "refuses_a_superuser_secret_by_a_wildcard" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    database = { engine = "mysql", username = "dbadmin", superuser_secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:*" }
  }

  expect_failures = [var.database]
}
