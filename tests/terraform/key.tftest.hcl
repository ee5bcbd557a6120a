# What modules/key refuses at plan time.

provider "aws" {
  region = "us-east-1"
}

variables {
  alias       = "alias/tests/validation"
  description = "Tests"
  policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
}

run "refuses_an_alias_without_its_prefix" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    alias = "orders"
  }

  expect_failures = [var.alias]
}

run "refuses_an_alias_of_aws" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    alias = "alias/aws/orders"
  }

  expect_failures = [var.alias]
}

run "refuses_a_description_of_8193_characters" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    description = format("%08193d", 0)
  }

  expect_failures = [var.description]
}

run "refuses_a_rotation_period_of_89_days" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    rotation_period_in_days = 89
  }

  expect_failures = [var.rotation_period_in_days]
}

run "refuses_a_rotation_period_of_2561_days" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    rotation_period_in_days = 2561
  }

  expect_failures = [var.rotation_period_in_days]
}

run "refuses_a_deletion_window_of_6_days" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    deletion_window_in_days = 6
  }

  expect_failures = [var.deletion_window_in_days]
}

run "refuses_a_deletion_window_of_31_days" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    deletion_window_in_days = 31
  }

  expect_failures = [var.deletion_window_in_days]
}

run "refuses_a_key_policy_over_32768_characters" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    policy_json = format("%032769d", 0)
  }

  expect_failures = [aws_kms_key.this[0]]
}

run "refuses_an_existing_key_without_a_name" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    existing = {}
  }

  expect_failures = [var.existing]
}

run "refuses_an_existing_key_with_two_names" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    existing = { arn = "arn:aws:kms:us-east-1:111122223333:key/one", alias = "alias/one" }
  }

  expect_failures = [var.existing]
}

run "refuses_an_existing_key_by_its_id" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    existing = { arn = "1234abcd-12ab-34cd-56ef-1234567890ab" }
  }

  expect_failures = [var.existing]
}

run "refuses_an_existing_alias_without_its_prefix" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    existing = { alias = "orders" }
  }

  expect_failures = [var.existing]
}

run "refuses_an_existing_alias_with_a_space" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    existing = { alias = "alias/my key" }
  }

  expect_failures = [var.existing]
}

run "refuses_an_existing_key_by_a_wildcard" {
  command = plan

  module {
    source = "./modules/key"
  }

  variables {
    existing = { arn = "arn:aws:kms:us-east-1:000000000000:key/*" }
  }

  expect_failures = [var.existing]
}
