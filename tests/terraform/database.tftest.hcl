# The JSON of every engine, and refusals of `database`.

provider "aws" {
  region = "us-east-1"
}

variables {
  name = "tests/engines"
}

run "mysql_has_the_documented_fields" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", host = "localhost", dbname = "tutorial", instance_identifier = "vpc-tutorial-db" }
  }

  assert {
    condition = jsonencode(local.fields) == jsonencode({
      dbInstanceIdentifier = "vpc-tutorial-db"
      dbname               = "tutorial"
      engine               = "mysql"
      host                 = "localhost"
      username             = "dbadmin"
    })
    error_message = "fields are ${jsonencode(local.fields)}"
  }
}

run "alternating_users_name_the_superuser_secret_as_masterarn" {
  command = plan

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
    condition = jsonencode(local.fields) == jsonencode({
      dbClusterIdentifier = "orders"
      engine              = "postgres"
      host                = "db.example.com"
      masterarn           = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:orders/superuser-AbCdEf"
      username            = "app"
    })
    error_message = "fields are ${jsonencode(local.fields)}"
  }
}

run "a_default_is_told_apart_from_what_the_caller_names" {
  command = plan

  variables {
    database = { engine = "postgres", username = "shop" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ engine = "postgres", username = "shop" }) && jsonencode(local.default_fields) == jsonencode({ port = 5432 })
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}"
  }
}

run "a_port_is_a_number_and_overrides_the_default" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", port = 13306 }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ engine = "mysql", port = 13306, username = "dbadmin" }) && local.default_fields == {}
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}"
  }
}

run "db2_has_its_own_engine_name_port_and_password_length" {
  command = plan

  variables {
    database = { engine = "db2", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ engine = "db2", username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 50000 }) && local.password.length == 32
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}, password_length is ${local.password.length}"
  }
}

run "docdb_has_its_own_engine_name_port_and_password_length" {
  command = plan

  variables {
    database = { engine = "docdb", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ engine = "mongo", username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 27017, ssl = true }) && local.password.length == 32
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}, password_length is ${local.password.length}"
  }
}

run "docdb_without_tls_keeps_to_it" {
  command = plan

  variables {
    database = { engine = "docdb", username = "dbadmin", ssl = false, instance_identifier = "orders-1" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ dbInstanceIdentifier = "orders-1", engine = "mongo", ssl = false, username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 27017 })
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}"
  }
}

run "mariadb_has_its_own_engine_name_port_and_password_length" {
  command = plan

  variables {
    database = { engine = "mariadb", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ engine = "mariadb", username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 3306 }) && local.password.length == 32
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}, password_length is ${local.password.length}"
  }
}

run "oracle_has_its_own_engine_name_port_and_password_length" {
  command = plan

  variables {
    database = { engine = "oracle", username = "dbadmin", dbname = "ORCL" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ dbname = "ORCL", engine = "oracle", username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 1521 }) && local.password.length == 30
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}, password_length is ${local.password.length}"
  }
}

run "postgres_has_its_own_engine_name_port_and_password_length" {
  command = plan

  variables {
    database = { engine = "postgres", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ engine = "postgres", username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 5432 }) && local.password.length == 32
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}, password_length is ${local.password.length}"
  }
}

run "redshift_has_its_own_engine_name_port_and_password_length" {
  command = plan

  variables {
    database = { engine = "redshift", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ engine = "redshift", username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 5439 }) && local.password.length == 32
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}, password_length is ${local.password.length}"
  }
}

run "sqlserver_has_its_own_engine_name_port_and_password_length" {
  command = plan

  variables {
    database = { engine = "sqlserver", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ engine = "sqlserver", username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 1433 }) && local.password.length == 32
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}, password_length is ${local.password.length}"
  }
}

run "refuses_an_unknown_engine" {
  command = plan

  variables {
    database = { engine = "mysq", username = "dbadmin" }
  }

  expect_failures = [var.database]
}

run "refuses_an_empty_username" {
  command = plan

  variables {
    database = { engine = "mysql", username = " " }
  }

  expect_failures = [var.database]
}

run "refuses_an_empty_host" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", host = "" }
  }

  expect_failures = [var.database]
}

run "refuses_port_0" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", port = 0 }
  }

  expect_failures = [var.database]
}

run "refuses_port_65536" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", port = 65536 }
  }

  expect_failures = [var.database]
}

run "refuses_half_a_port" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", port = 3306.5 }
  }

  expect_failures = [var.database]
}

run "refuses_oracle_without_a_database_name" {
  command = plan

  variables {
    database = { engine = "oracle", username = "dbadmin" }
  }

  expect_failures = [var.database]
}

run "refuses_an_instance_and_a_cluster" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", instance_identifier = "one", cluster_identifier = "two" }
  }

  expect_failures = [var.database]
}

run "refuses_an_instance_of_redshift" {
  command = plan

  variables {
    database = { engine = "redshift", username = "dbadmin", instance_identifier = "one" }
  }

  expect_failures = [var.database]
}

run "refuses_a_superuser_secret_that_is_no_secret" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", superuser_secret_arn = "arn:aws:iam::111122223333:role/admin" }
  }

  expect_failures = [var.database]
}

run "refuses_a_superuser_secret_by_a_wildcard" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", superuser_secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:*" }
  }

  expect_failures = [var.database]
}

run "aurora_mysql_is_stored_under_the_name_of_its_json_structure" {
  command = plan

  variables {
    database = { engine = "aurora-mysql", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ engine = "mysql", username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 3306 }) && local.password.length == 32
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}, password_length is ${local.password.length}"
  }
}

run "aurora_postgresql_is_stored_under_the_name_of_its_json_structure" {
  command = plan

  variables {
    database = { engine = "aurora-postgresql", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ engine = "postgres", username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 5432 }) && local.password.length == 32
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}, password_length is ${local.password.length}"
  }
}

run "an_edition_of_oracle_is_stored_under_the_name_of_its_json_structure" {
  command = plan

  variables {
    database = { engine = "oracle-se2-cdb", username = "dbadmin", dbname = "ORCL" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ dbname = "ORCL", engine = "oracle", username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 1521 }) && local.password.length == 30
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}, password_length is ${local.password.length}"
  }
}

run "a_custom_edition_of_sqlserver_is_stored_under_the_name_of_its_json_structure" {
  command = plan

  variables {
    database = { engine = "custom-sqlserver-dev", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ engine = "sqlserver", username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 1433 }) && local.password.length == 32
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}, password_length is ${local.password.length}"
  }
}

run "an_edition_of_db2_is_stored_under_the_name_of_its_json_structure" {
  command = plan

  variables {
    database = { engine = "db2-se", username = "dbadmin" }
  }

  assert {
    condition     = jsonencode(local.fields) == jsonencode({ engine = "db2", username = "dbadmin" }) && jsonencode(local.default_fields) == jsonencode({ port = 50000 }) && local.password.length == 32
    error_message = "fields are ${jsonencode(local.fields)}, default_fields are ${jsonencode(local.default_fields)}, password_length is ${local.password.length}"
  }
}

run "refuses_neptune_for_which_no_json_structure_is_documented" {
  command = plan

  variables {
    database = { engine = "neptune", username = "dbadmin" }
  }

  expect_failures = [var.database]
}

run "refuses_an_edition_of_postgres_which_rds_does_not_have" {
  command = plan

  variables {
    database = { engine = "postgres-ee", username = "dbadmin" }
  }

  expect_failures = [var.database]
}

run "refuses_an_edition_of_oracle_without_a_database_name" {
  command = plan

  variables {
    database = { engine = "custom-oracle-ee-cdb", username = "dbadmin" }
  }

  expect_failures = [var.database]
}

run "refuses_a_superuser_secret_without_the_suffix_of_its_arn" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", superuser_secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:orders/superuser" }
  }

  expect_failures = [var.database]
}

run "takes_a_superuser_secret_that_rds_manages" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", superuser_secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!cluster-0361984b970e-AbCdEf" }
  }

  assert {
    condition     = local.fields.masterarn == "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!cluster-0361984b970e-AbCdEf"
    error_message = "fields are ${jsonencode(local.fields)}"
  }
}

run "refuses_a_superusers_key_by_its_alias" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", superuser_secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:superuser-AbCdEf", superuser_key_arn = "alias/superuser" }
  }

  expect_failures = [var.database]
}

run "refuses_a_second_user_with_a_name_too_long_for_mysql" {
  command = plan

  variables {
    database = { engine = "aurora-mysql", username = join("", [for _ in range(27) : "a"]), superuser_secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:superuser-AbCdEf" }
    rotation = { automatically_after_days = 30, strategy = "alternating_users", function = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } } }
  }

  expect_failures = [aws_secretsmanager_secret_rotation.this]
}

run "refuses_a_second_user_with_a_name_too_long_for_mariadb" {
  command = plan

  variables {
    database = { engine = "mariadb", username = join("", [for _ in range(123) : "a"]), superuser_secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:superuser-AbCdEf" }
    rotation = { automatically_after_days = 30, strategy = "alternating_users", function = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } } }
  }

  expect_failures = [aws_secretsmanager_secret_rotation.this]
}

run "refuses_a_second_user_with_a_name_too_long_for_postgresql" {
  command = plan

  variables {
    database = { engine = "postgres", username = join("", [for _ in range(58) : "a"]), superuser_secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:superuser-AbCdEf" }
    rotation = { automatically_after_days = 30, strategy = "alternating_users", function = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } } }
  }

  expect_failures = [aws_secretsmanager_secret_rotation.this]
}

run "refuses_a_second_user_with_a_name_of_too_many_bytes_for_postgresql" {
  command = plan

  variables {
    database = { engine = "postgres", username = join("", [for _ in range(29) : "é"]), superuser_secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:superuser-AbCdEf" }
    rotation = { automatically_after_days = 30, strategy = "alternating_users", function = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } } }
  }

  expect_failures = [aws_secretsmanager_secret_rotation.this]
}

run "takes_the_longest_name_of_a_second_user_in_mysql" {
  command = plan

  variables {
    database = { engine = "mysql", username = join("", [for _ in range(26) : "a"]), superuser_secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:superuser-AbCdEf" }
    rotation = { automatically_after_days = 30, strategy = "alternating_users", function = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } } }
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.this[0].rotation_rules[0].automatically_after_days == 30
    error_message = "there is no rotation"
  }
}

run "takes_the_longest_name_of_a_second_user_in_postgresql" {
  command = plan

  variables {
    database = { engine = "aurora-postgresql", username = join("", [for _ in range(57) : "a"]), superuser_secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:superuser-AbCdEf" }
    rotation = { automatically_after_days = 30, strategy = "alternating_users", function = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } } }
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.this[0].rotation_rules[0].automatically_after_days == 30
    error_message = "there is no rotation"
  }
}

run "takes_a_long_name_of_a_single_user" {
  command = plan

  variables {
    database = { engine = "postgres", username = join("", [for _ in range(63) : "a"]), superuser_secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:superuser-AbCdEf" }
    rotation = { automatically_after_days = 30, strategy = "single_user", function = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } } }
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.this[0].rotation_rules[0].automatically_after_days == 30
    error_message = "there is no rotation"
  }
}
