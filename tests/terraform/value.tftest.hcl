# Refusals of value.tf and of the inputs of the value at plan time, each with its own run.

provider "aws" {
  region = "us-east-1"
}

variables {
  name = "tests/validation"
}

run "refuses_value_version_0" {
  command = plan

  variables {
    database      = { engine = "postgres", username = "app" }
    value_version = 0
  }

  expect_failures = [var.value_version]
}

run "refuses_half_a_value_version" {
  command = plan

  variables {
    database      = { engine = "postgres", username = "app" }
    value_version = 1.5
  }

  expect_failures = [var.value_version]
}

run "refuses_a_value_version_beyond_counting" {
  command = plan

  variables {
    database      = { engine = "postgres", username = "app" }
    value_version = 1000000001
  }

  expect_failures = [var.value_version]
}

run "refuses_a_value_version_without_a_value" {
  command = plan

  variables {
    create_value  = false
    value_version = 1
  }

  expect_failures = [var.value_version]
}

run "refuses_a_password_of_7_characters" {
  command = plan

  variables {
    database = { engine = "postgres", username = "app" }
    password = { length = 7 }
  }

  expect_failures = [var.password]
}

run "refuses_half_a_character" {
  command = plan

  variables {
    database = { engine = "postgres", username = "app" }
    password = { length = 20.5 }
  }

  expect_failures = [var.password]
}

run "refuses_a_password_of_129_characters_for_postgres" {
  command = plan

  variables {
    database = { engine = "postgres", username = "app" }
    password = { length = 129 }
  }

  expect_failures = [var.password]
}

run "refuses_a_password_of_42_characters_for_mysql" {
  command = plan

  variables {
    database = { engine = "mysql", username = "app" }
    password = { length = 42 }
  }

  expect_failures = [var.password]
}

run "refuses_a_password_of_31_characters_for_oracle" {
  command = plan

  variables {
    database = { engine = "oracle", username = "app", dbname = "ORCL" }
    password = { length = 31 }
  }

  expect_failures = [var.password]
}

run "refuses_a_password_of_42_characters_for_aurora_postgresql" {
  command = plan

  variables {
    database = { engine = "aurora-postgresql", username = "app" }
    password = { length = 42 }
  }

  expect_failures = [var.password]
}

run "refuses_4097_excluded_characters" {
  command = plan

  variables {
    database = { engine = "postgres", username = "app" }
    password = { exclude_characters = format("%04097d", 0) }
  }

  expect_failures = [var.password]
}

run "refuses_a_password_of_nothing" {
  command = plan

  variables {
    database = { engine = "postgres", username = "app" }
    password = { exclude_lowercase = true, exclude_uppercase = true, exclude_numbers = true, exclude_punctuation = true }
  }

  expect_failures = [var.password]
}

run "refuses_excluded_characters_that_leave_nothing" {
  command = plan

  variables {
    database = { engine = "postgres", username = "app" }
    password = { exclude_lowercase = true, exclude_uppercase = true, exclude_punctuation = true, exclude_characters = "0123456789", require_each_included_type = false }
  }

  expect_failures = [var.password]
}

run "refuses_excluded_characters_that_empty_a_required_class" {
  command = plan

  variables {
    database = { engine = "postgres", username = "app" }
    password = { exclude_characters = "0123456789" }
  }

  expect_failures = [var.password]
}

run "refuses_rules_for_a_password_without_a_database" {
  command = plan

  variables {
    key_values_wo = { key = "value" }
    password      = { length = 40 }
  }

  expect_failures = [var.password]
}

run "refuses_a_supplied_password_without_a_database" {
  command = plan

  variables {
    password_wo  = "my-own-password"
    create_value = false
  }

  expect_failures = [var.password_wo]
}

run "refuses_an_empty_supplied_password" {
  command = plan

  variables {
    password_wo = ""
    database    = { engine = "postgres", username = "app" }
  }

  expect_failures = [var.password_wo]
}

run "refuses_no_key_values" {
  command = plan

  variables {
    key_values_wo = {}
  }

  expect_failures = [var.key_values_wo]
}

run "refuses_key_values_and_a_database" {
  command = plan

  variables {
    key_values_wo = { key = "value" }
    database      = { engine = "postgres", username = "app" }
  }

  expect_failures = [var.key_values_wo]
}

run "refuses_key_values_for_a_secret_without_a_value" {
  command = plan

  variables {
    key_values_wo = { key = "value" }
    create_value  = false
  }

  expect_failures = [var.key_values_wo]
}

run "refuses_key_values_and_a_secret_string" {
  command = plan

  variables {
    key_values_wo    = { key = "value" }
    secret_string_wo = "value"
  }

  expect_failures = [var.secret_string_wo]
}

run "refuses_an_empty_secret_string" {
  command = plan

  variables {
    secret_string_wo = ""
  }

  expect_failures = [var.secret_string_wo]
}

run "refuses_a_secret_string_and_a_database" {
  command = plan

  variables {
    secret_string_wo = "value"
    database         = { engine = "postgres", username = "app" }
  }

  expect_failures = [var.secret_string_wo]
}

run "refuses_a_secret_string_for_a_secret_without_a_value" {
  command = plan

  variables {
    secret_string_wo = "value"
    create_value     = false
  }

  expect_failures = [var.secret_string_wo]
}

run "refuses_no_value" {
  command = plan

  expect_failures = [var.secret_string_wo]
}

run "refuses_a_database_for_a_secret_without_a_value" {
  command = plan

  variables {
    database     = { engine = "postgres", username = "app" }
    create_value = false
  }

  expect_failures = [var.database]
}

run "refuses_a_value_of_65537_bytes" {
  command = plan

  variables {
    secret_string_wo = format("%065537d", 0)
  }

  expect_failures = [aws_secretsmanager_secret_version.first[0]]
}

run "refuses_a_value_of_65538_bytes_in_half_as_many_characters" {
  command = plan

  variables {
    secret_string_wo = replace(format("%032769d", 0), "0", "é")
  }

  expect_failures = [aws_secretsmanager_secret_version.first[0]]
}
