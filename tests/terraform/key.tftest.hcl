# Refusals of `key` at plan time.

provider "aws" {
  region = "us-east-1"
}

variables {
  name     = "tests/validation"
  database = { engine = "postgres", username = "app" }
}

run "refuses_a_rotation_period_of_89_days" {
  command = plan

  variables {
    key = { rotation_period_in_days = 89 }
  }

  expect_failures = [var.key]
}

run "refuses_a_rotation_period_of_2561_days" {
  command = plan

  variables {
    key = { rotation_period_in_days = 2561 }
  }

  expect_failures = [var.key]
}

run "refuses_a_deletion_window_of_6_days" {
  command = plan

  variables {
    key = { deletion_window_in_days = 6 }
  }

  expect_failures = [var.key]
}

run "refuses_a_deletion_window_of_31_days" {
  command = plan

  variables {
    key = { deletion_window_in_days = 31 }
  }

  expect_failures = [var.key]
}

run "refuses_an_existing_key_without_a_name" {
  command = plan

  variables {
    key = { existing = {} }
  }

  expect_failures = [var.key]
}

run "refuses_an_existing_key_with_two_names" {
  command = plan

  variables {
    key = { existing = { arn = "arn:aws:kms:us-east-1:111122223333:key/one", alias = "alias/one" } }
  }

  expect_failures = [var.key]
}

run "refuses_an_existing_key_by_its_id" {
  command = plan

  variables {
    key = { existing = { arn = "1234abcd-12ab-34cd-56ef-1234567890ab" } }
  }

  expect_failures = [var.key]
}

run "refuses_an_existing_alias_without_its_prefix" {
  command = plan

  variables {
    key = { existing = { alias = "orders" } }
  }

  expect_failures = [var.key]
}

run "refuses_an_existing_alias_with_a_space" {
  command = plan

  variables {
    key = { existing = { alias = "alias/my key" } }
  }

  expect_failures = [var.key]
}

run "refuses_an_existing_key_by_a_wildcard" {
  command = plan

  variables {
    key = { existing = { arn = "arn:aws:kms:us-east-1:000000000000:key/*" } }
  }

  expect_failures = [var.key]
}

run "refuses_an_existing_key_of_another_region" {
  command = plan

  variables {
    key = { existing = { arn = "arn:aws:kms:eu-west-1:111122223333:key/one" } }
  }

  expect_failures = [aws_secretsmanager_secret.this]
}

run "takes_an_existing_key_of_the_region" {
  command = plan

  variables {
    key = { existing = { arn = "arn:aws:kms:us-east-1:111122223333:key/one" } }
  }
}

run "refuses_a_deletion_window_of_an_existing_key" {
  command = plan

  variables {
    key = { existing = { arn = "arn:aws:kms:us-east-1:111122223333:key/one" }, deletion_window_in_days = 30 }
  }

  expect_failures = [var.key]
}

run "deletes_its_key_after_30_days" {
  command = plan

  assert {
    condition     = aws_kms_key.this[0].deletion_window_in_days == 30
    error_message = "the default is another one"
  }
}
