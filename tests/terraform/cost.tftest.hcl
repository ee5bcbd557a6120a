# Results and refusals of modules/cost. tests/module/test_cost.py checks the examples of docs/cost.md.

run "is_the_tutorials_figure_without_the_key" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    key             = { aws_managed = true }
    reads_per_month = 10000
  }

  assert {
    condition     = output.monthly_cost.secret == 0.4 && output.monthly_cost.reads == 0.05 && output.monthly_cost.total == 0.45
    error_message = "A secret with 10,000 reads under the AWS managed key costs $0.40 and $0.05."
  }
}

run "adds_the_price_of_a_key_of_its_own_and_of_its_requests" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    reads_per_month = 1000000
  }

  assert {
    condition     = output.monthly_cost.key == 1 && output.monthly_cost.reads == 8 && output.monthly_cost.total == 9.4
    error_message = "The key costs $1, and 1,000,000 reads cost $5 and $3."
  }
}

run "bills_only_the_requests_of_an_existing_key" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    key             = { existing = { arn = "arn:aws:kms:us-east-1:111122223333:key/shared" } }
    key_rotations   = 2
    reads_per_month = 1000000
  }

  assert {
    condition     = output.monthly_cost.key == 0 && output.monthly_cost.reads == 8
    error_message = "An existing key costs nothing here, but its requests do."
  }
}

run "bills_the_first_two_rotations_of_a_key_and_no_more" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    key_rotations = 5
  }

  assert {
    condition     = output.monthly_cost.key == 3
    error_message = "A key costs $3 from its second rotation on."
  }
}

run "bills_each_replica_as_a_secret" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    replicas = { eu-west-1 = { kms_key_arn = "of-ireland" }, eu-central-1 = { kms_key_arn = "of-germany" } }
    key      = { aws_managed = true }
  }

  assert {
    condition     = output.monthly_cost.replicas == 0.8 && output.monthly_cost.total == 1.2
    error_message = "Two replicas cost as much as two secrets."
  }
}

run "saves_calls_and_no_decryption_by_reading_in_batches" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    reads_per_month = 1000000
    reads_per_call  = 20
  }

  assert {
    condition     = output.monthly_cost.reads == 3.25
    error_message = "50,000 calls cost $0.25, 1,000,000 decryptions $3."
  }
}

run "counts_rotations_by_days" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    rotation = { automatically_after_days = 1, function = { package = { file = "rotation.zip" } } }
    # The rest is the number of invocations: 4 for each of 30.42 rotations.
    prices = { secrets_manager_10000_calls = 0, kms_10000_requests = 0, lambda_gb_second = 0, lambda_1000000_requests = 1000000 }
  }

  assert {
    condition     = output.monthly_cost.rotation == 121.67 && output.monthly_cost.monitoring == 0.1
    error_message = "A rotation a day invokes the function 4 * 730 / 24 times a month."
  }
}

run "counts_rotations_by_a_rate_in_days" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    rotation = { schedule_expression = "rate(10 days)" }
    prices   = { secrets_manager_10000_calls = 0, kms_10000_requests = 0, lambda_gb_second = 0, lambda_1000000_requests = 1000000 }
  }

  assert {
    condition     = output.monthly_cost.rotation == 12.17
    error_message = "A rotation every 10 days invokes the function 4 * 730 / 240 times a month."
  }
}

run "counts_rotations_by_a_rate_in_hours" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    rotation = { schedule_expression = "rate(4 hours)" }
    prices   = { secrets_manager_10000_calls = 0, kms_10000_requests = 0, lambda_gb_second = 0, lambda_1000000_requests = 1000000 }
  }

  assert {
    condition     = output.monthly_cost.rotation == 730
    error_message = "A rotation every 4 hours invokes the function 4 * 730 / 4 times a month."
  }
}

run "counts_rotations_by_cron" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    rotation = { schedule_expression = "cron(0 16 1,15 * ? *)" }
    prices   = { secrets_manager_10000_calls = 0, kms_10000_requests = 0, lambda_gb_second = 0, lambda_1000000_requests = 1000000 }
  }

  assert {
    condition     = output.monthly_cost.rotation == 8
    error_message = "Two rotations a month invoke the function 8 times."
  }
}

run "counts_fifth_weekdays_by_their_average" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    rotation = { schedule_expression = "cron(0 8 ? * FRI#5 *)" }
    # Each rotation in a year costs 1 dollar per month.
    prices = { secrets_manager_10000_calls = 0, kms_10000_requests = 0, lambda_gb_second = 0, lambda_1000000_requests = 3000000 }
  }

  assert {
    condition     = output.monthly_cost.rotation == 4.14
    error_message = "A year has 29 days that are the 29th or later. A seventh of them are Fridays."
  }
}

run "refuses_a_schedule_from_which_no_number_of_rotations_follows" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    rotation = { schedule_expression = "cron(0 8 1 MAI ? *)" }
  }

  expect_failures = [output.monthly_cost]
}

run "refuses_both_days_and_a_schedule" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    rotation = { automatically_after_days = 1, schedule_expression = "rate(1 day)" }
  }

  expect_failures = [var.rotation]
}

run "refuses_neither_days_nor_a_schedule" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    rotation = {}
  }

  expect_failures = [var.rotation]
}

run "refuses_half_a_rotation_of_the_key" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    key_rotations = 0.5
  }

  expect_failures = [var.key_rotations]
}

run "refuses_fewer_than_no_reads" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    reads_per_month = -1
  }

  expect_failures = [var.reads_per_month]
}

run "refuses_a_batch_of_more_than_20_secrets" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    reads_per_call = 21
  }

  expect_failures = [var.reads_per_call]
}

run "adds_what_monitoring_makes" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    monitoring = { emails = ["security@example.com"], cloudtrail_log_group_name = "trail", rotated_within_days = 5 }
  }

  assert {
    condition     = output.monthly_cost.monitoring == 1.9 && output.monthly_cost.total == 3.3
    error_message = "Three alarms cost $0.30, two metrics $0.60, the key $1."
  }
}

run "refuses_a_price_below_zero" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    prices = { key_month = -1 }
  }

  expect_failures = [var.prices]
}

run "refuses_a_rotation_every_0_days" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    rotation = { automatically_after_days = 0 }
  }

  expect_failures = [var.rotation]
}
