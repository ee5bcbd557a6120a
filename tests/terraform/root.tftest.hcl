# Refusals of the root module. Each child module has its own refusals.

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

run "refuses_a_deletion_window_of_a_key_that_it_does_not_make" {
  command = plan

  variables {
    key = { aws_managed = true, deletion_window_in_days = 30 }
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

run "refuses_rotation_by_this_projects_function_without_a_database" {
  command = plan

  variables {
    database      = null
    value_version = 1
    rotation      = { automatically_after_days = 30, function = { package = { image_uri = "111122223333.dkr.ecr.us-east-1.amazonaws.com/rotation:1" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } } }
  }

  expect_failures = [var.database]
}

run "takes_rotation_of_any_value_by_a_function_that_exists" {
  command = plan

  variables {
    database      = null
    key_values_wo = { token = "of tests" }
    rotation      = { automatically_after_days = 30, function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
  }
}

run "refuses_a_superusers_key_without_the_secret" {
  command = plan

  variables {
    database = { engine = "mysql", username = "dbadmin", superuser_key_arn = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }

  expect_failures = [var.database]
}

run "refuses_rotation_by_no_function" {
  command = plan

  variables {
    rotation = { automatically_after_days = 30, function = null }
  }

  expect_failures = [var.rotation]
}

run "refuses_an_alarm_that_rings_between_two_rotations" {
  command = plan

  variables {
    rotation   = { automatically_after_days = 7, function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
    monitoring = { emails = ["security@example.com"], rotated_within_days = 7 }
  }

  expect_failures = [output.rotation_function]
}

run "refuses_an_alarm_that_rings_between_two_rotations_by_a_rate" {
  command = plan

  variables {
    rotation   = { schedule_expression = "rate(49 hours)", function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
    monitoring = { emails = ["security@example.com"], rotated_within_days = 3 }
  }

  expect_failures = [output.rotation_function]
}

run "takes_an_alarm_that_a_rotation_ends_in_time" {
  command = plan

  variables {
    rotation   = { schedule_expression = "rate(2 days)", function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
    monitoring = { emails = ["security@example.com"], rotated_within_days = 3 }
  }
}

run "refuses_an_alarm_that_rings_between_two_rotations_of_a_month" {
  command = plan

  variables {
    rotation   = { schedule_expression = "cron(0 3 1 * ? *)", function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
    monitoring = { emails = ["security@example.com"], rotated_within_days = 5 }
  }

  expect_failures = [output.rotation_function]
}

run "refuses_an_alarm_that_rings_over_a_weekend" {
  command = plan

  variables {
    rotation   = { schedule_expression = "cron(0 8 ? * MON-FRI *)", function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
    monitoring = { emails = ["security@example.com"], rotated_within_days = 3 }
  }

  expect_failures = [output.rotation_function]
}

run "refuses_an_alarm_that_rings_at_the_end_of_a_long_month" {
  command = plan

  variables {
    rotation   = { schedule_expression = "cron(0 8 1/5 * ? *)", function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
    monitoring = { emails = ["security@example.com"], rotated_within_days = 5 }
  }

  expect_failures = [output.rotation_function]
}

run "refuses_an_alarm_for_rotation_in_some_months_alone" {
  command = plan

  variables {
    rotation   = { schedule_expression = "cron(0 8 * JAN ? *)", function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
    monitoring = { emails = ["security@example.com"], rotated_within_days = 7 }
  }

  expect_failures = [output.rotation_function]
}

run "refuses_an_alarm_for_rotation_on_the_last_day" {
  command = plan

  variables {
    rotation   = { schedule_expression = "cron(0 8 L * ? *)", function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
    monitoring = { emails = ["security@example.com"], rotated_within_days = 7 }
  }

  expect_failures = [output.rotation_function]
}

run "takes_an_alarm_for_rotation_each_day" {
  command = plan

  variables {
    rotation   = { schedule_expression = "cron(0 8 * * ? *)", function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
    monitoring = { emails = ["security@example.com"], rotated_within_days = 2 }
  }
}

run "takes_an_alarm_for_rotation_each_weekday" {
  command = plan

  variables {
    rotation   = { schedule_expression = "cron(0 8 ? * * *)", function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
    monitoring = { emails = ["security@example.com"], rotated_within_days = 2 }
  }
}

run "takes_an_alarm_for_rotation_on_two_weekdays" {
  command = plan

  variables {
    rotation   = { schedule_expression = "cron(0 8 ? * THU,MON *)", function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
    monitoring = { emails = ["security@example.com"], rotated_within_days = 5 }
  }
}

run "takes_an_alarm_for_rotation_each_5_days_of_a_month" {
  command = plan

  variables {
    rotation   = { schedule_expression = "cron(0 8 */5 * ? *)", function = { arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate" } }
    monitoring = { emails = ["security@example.com"], rotated_within_days = 6 }
  }
}

run "refuses_a_replica_of_which_nothing_is_said" {
  command = plan

  variables {
    replicas = { "eu-west-1" = null }
  }

  expect_failures = [var.replicas]
}

run "takes_an_ordinary_name_for_the_alias" {
  command = plan

  variables {
    name = "orders_2/data-base"
  }

  assert {
    condition     = local.key_alias == "alias/orders_2/data-base"
    error_message = "A name that is a valid alias must be the alias."
  }
}

run "tells_aliases_apart_where_the_name_has_characters_that_these_cannot_have" {
  command = plan

  variables {
    name = "orders.base"
  }

  assert {
    condition     = local.key_alias == "alias/orders-base-${substr(sha256("orders.base"), 0, 8)}"
    error_message = "The alias of orders.base must not be that of orders-base."
  }
}

run "takes_a_name_that_starts_with_a_slash" {
  command = plan

  variables {
    name = "/prod/app/db"
  }

  assert {
    condition     = local.key_alias == "alias/prod/app/db-${substr(sha256("/prod/app/db"), 0, 8)}"
    error_message = "The alias of /prod/app/db must not be that of prod/app/db."
  }
}

run "keeps_off_the_aliases_of_aws" {
  command = plan

  variables {
    name = "aws/orders"
  }

  assert {
    condition     = local.key_alias == "alias/aws-orders-${substr(sha256("aws/orders"), 0, 8)}"
    error_message = "AWS reserves alias/aws/."
  }
}
