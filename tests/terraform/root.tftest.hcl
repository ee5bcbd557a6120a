# What the root module refuses of itself; the rest is refused by the module that it concerns.

provider "aws" {
  region = "us-east-1"
}

variables {
  name     = "tests/validation"
  database = { engine = "mysql", username = "dbadmin" }
}

run "refuses_an_existing_key_and_the_aws_managed_one" {
  command = plan

  variables {
    key = { aws_managed = true, existing = { alias = "alias/shared" } }
  }

  expect_failures = [var.key]
}

run "refuses_administrators_of_a_key_that_it_does_not_make" {
  command = plan

  variables {
    key = { aws_managed = true, administrators = ["arn:aws:iam::111122223333:role/admin"] }
  }

  expect_failures = [var.key]
}

run "refuses_a_rotation_period_of_a_key_that_it_does_not_make" {
  command = plan

  variables {
    key = { aws_managed = true, rotation_period_in_days = 180 }
  }

  expect_failures = [var.key]
}

run "refuses_a_key_that_is_gone_before_its_secret" {
  command = plan

  variables {
    key                     = { deletion_window_in_days = 7 }
    recovery_window_in_days = 30
  }

  expect_failures = [var.key]
}

run "refuses_rules_for_a_password_that_is_not_generated" {
  command = plan

  variables {
    database       = null
    container_only = true
    password       = { length = 40 }
  }

  expect_failures = [var.password]
}

run "refuses_rotation_without_a_database" {
  command = plan

  variables {
    database       = null
    container_only = true
    rotation       = { days = 30, function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" } }
  }

  expect_failures = [var.database]
}
