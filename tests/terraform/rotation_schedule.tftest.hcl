# The schedules of a rotation that the root module refuses at plan time.

provider "aws" {
  region = "us-east-1"
}

variables {
  name     = "tests/rotation-schedule"
  database = { engine = "mysql", username = "dbadmin" }
}

run "refuses_rotation_without_a_schedule" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" } }
  }

  expect_failures = [var.rotation]
}

run "refuses_rotation_by_days_and_by_a_schedule" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, automatically_after_days = 30, schedule_expression = "rate(10 days)" }
  }

  expect_failures = [var.rotation]
}

run "refuses_rotation_after_1001_days" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, automatically_after_days = 1001 }
  }

  expect_failures = [var.rotation]
}

run "refuses_rotation_after_half_a_day" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, automatically_after_days = 0.5 }
  }

  expect_failures = [var.rotation]
}

run "refuses_rotation_each_hour" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "rate(1 hour)" }
  }

  expect_failures = [var.rotation]
}

run "refuses_rotation_each_3_hours" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "rate(3 hours)" }
  }

  expect_failures = [var.rotation]
}

run "refuses_rotation_at_half_past" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(30 4 * * ? *)" }
  }

  expect_failures = [var.rotation]
}

run "refuses_rotation_in_one_year_alone" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 4 * * ? 2026)" }
  }

  expect_failures = [var.rotation]
}

run "refuses_a_window_in_minutes" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, automatically_after_days = 30, duration = "30m" }
  }

  expect_failures = [var.rotation]
}

run "refuses_a_window_of_25_hours" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, automatically_after_days = 30, duration = "25h" }
  }

  expect_failures = [var.rotation]
}

run "refuses_a_window_longer_than_the_interval" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "rate(4 hours)", duration = "5h" }
  }

  expect_failures = [var.rotation]
}

run "refuses_a_window_past_the_end_of_the_day" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 22 * * ? *)", duration = "3h" }
  }

  expect_failures = [aws_secretsmanager_secret_rotation.this]
}

run "refuses_hours_that_are_an_hour_apart" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 1,2,3 * * ? *)" }
  }

  expect_failures = [aws_secretsmanager_secret_rotation.this]
}

run "refuses_hours_that_are_an_hour_apart_in_any_order" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 12,20,13 1 * ? *)" }
  }

  expect_failures = [aws_secretsmanager_secret_rotation.this]
}

run "refuses_hours_that_are_3_apart_over_midnight" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 2,23 * * ? *)" }
  }

  expect_failures = [aws_secretsmanager_secret_rotation.this]
}

run "refuses_a_step_that_leaves_3_hours_over_midnight" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 /7 * * ? *)" }
  }

  expect_failures = [aws_secretsmanager_secret_rotation.this]
}

run "refuses_a_window_longer_than_the_time_between_two_hours" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 8,12 * * ? *)", duration = "5h" }
  }

  expect_failures = [aws_secretsmanager_secret_rotation.this]
}

run "refuses_a_window_longer_than_a_step" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 0-12/6 * * ? *)", duration = "7h" }
  }

  expect_failures = [aws_secretsmanager_secret_rotation.this]
}

run "refuses_a_window_past_the_end_of_the_day_after_the_last_hour" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 8,20 * * ? *)", duration = "20h" }
  }

  expect_failures = [aws_secretsmanager_secret_rotation.this]
}

run "refuses_rotation_of_a_secret_without_a_value" {
  command = plan

  variables {
    rotation     = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, automatically_after_days = 30 }
    password     = null
    create_value = false
  }

  expect_failures = [var.rotation]
}

run "accepts_4_hours" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "rate(4 hours)", duration = "4h" }
  }

  assert {
    condition     = one(aws_secretsmanager_secret_rotation.this[*].rotation_rules[0].schedule_expression) == var.rotation.schedule_expression
    error_message = "the schedule is another one"
  }
}

run "accepts_a_day" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "rate(1 day)" }
  }

  assert {
    condition     = one(aws_secretsmanager_secret_rotation.this[*].rotation_rules[0].schedule_expression) == var.rotation.schedule_expression
    error_message = "the schedule is another one"
  }
}

run "accepts_10_days" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "rate(10 days)", duration = "24h" }
  }

  assert {
    condition     = one(aws_secretsmanager_secret_rotation.this[*].rotation_rules[0].schedule_expression) == var.rotation.schedule_expression
    error_message = "the schedule is another one"
  }
}

run "accepts_the_first_sunday_of_a_month" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 4 ? * SUN#1 *)", duration = "3h" }
  }

  assert {
    condition     = one(aws_secretsmanager_secret_rotation.this[*].rotation_rules[0].schedule_expression) == var.rotation.schedule_expression
    error_message = "the schedule is another one"
  }
}

run "accepts_the_last_day_of_a_month" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 16 L * ? *)" }
  }

  assert {
    condition     = one(aws_secretsmanager_secret_rotation.this[*].rotation_rules[0].schedule_expression) == var.rotation.schedule_expression
    error_message = "the schedule is another one"
  }
}

run "accepts_every_8_hours" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 /8 * * ? *)", duration = "2h" }
  }

  assert {
    condition     = one(aws_secretsmanager_secret_rotation.this[*].rotation_rules[0].schedule_expression) == var.rotation.schedule_expression
    error_message = "the schedule is another one"
  }
}

run "accepts_two_hours" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 8,20 * * ? *)" }
  }

  assert {
    condition     = one(aws_secretsmanager_secret_rotation.this[*].rotation_rules[0].schedule_expression) == var.rotation.schedule_expression
    error_message = "the schedule is another one"
  }
}

run "accepts_hours_in_any_order_with_a_window_to_the_end_of_the_day" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 20,8 * * ? *)", duration = "4h" }
  }

  assert {
    condition     = one(aws_secretsmanager_secret_rotation.this[*].rotation_rules[0].schedule_expression) == var.rotation.schedule_expression
    error_message = "the schedule is another one"
  }
}

run "accepts_two_hours_over_a_midnight_after_which_no_rotation_follows" {
  command = plan

  variables {
    rotation = { function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }, schedule_expression = "cron(0 2,23 1 * ? *)" }
  }

  assert {
    condition     = one(aws_secretsmanager_secret_rotation.this[*].rotation_rules[0].schedule_expression) == var.rotation.schedule_expression
    error_message = "the schedule is another one"
  }
}
