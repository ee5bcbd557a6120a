# What modules/cost reckons and refuses. The worked cases of docs/cost.md are checked by tests/test_cost.py.

run "is_the_tutorials_figure_without_the_key" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    key             = "aws_managed"
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

run "bills_an_existing_keys_requests_alone" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    key             = "existing"
    key_rotations   = 2
    reads_per_month = 1000000
  }

  assert {
    condition     = output.monthly_cost.key == 0 && output.monthly_cost.reads == 8
    error_message = "An existing key is paid for elsewhere; its requests are not."
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
    replicas = 2
    key      = "aws_managed"
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
    rotation = { days = 1 }
    alarms   = 1
    # What is left is the number of invocations: 4 for each of 30.42 rotations.
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
    rotation = { schedule = "rate(10 days)" }
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
    rotation = { schedule = "rate(4 hours)" }
    prices   = { secrets_manager_10000_calls = 0, kms_10000_requests = 0, lambda_gb_second = 0, lambda_1000000_requests = 1000000 }
  }

  assert {
    condition     = output.monthly_cost.rotation == 730
    error_message = "A rotation every 4 hours invokes the function 4 * 730 / 4 times a month."
  }
}

run "takes_a_cron_schedule_for_one_rotation_a_day" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    rotation = { schedule = "cron(0 16 1,15 * ? *)" }
    prices   = { secrets_manager_10000_calls = 0, kms_10000_requests = 0, lambda_gb_second = 0, lambda_1000000_requests = 1000000 }
  }

  assert {
    condition     = output.monthly_cost.rotation == 121.67
    error_message = "A cron schedule counts as a rotation a day."
  }
}

run "refuses_an_unknown_kind_of_key" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    key = "customer_managed"
  }

  expect_failures = [var.key]
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

run "refuses_fewer_than_no_replicas" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    replicas = -1
  }

  expect_failures = [var.replicas]
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

run "refuses_half_an_alarm" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    alarms = 0.5
  }

  expect_failures = [var.alarms]
}

run "adds_alarms_metrics_and_the_key_of_a_topic" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    alarms    = 3
    metrics   = 2
    topic_key = true
  }

  assert {
    condition     = output.monthly_cost.monitoring == 1.9 && output.monthly_cost.total == 3.3
    error_message = "Three alarms cost $0.30, two metrics $0.60, the key $1."
  }
}

run "refuses_half_a_metric" {
  command = plan

  module {
    source = "./modules/cost"
  }

  variables {
    metrics = 0.5
  }

  expect_failures = [var.metrics]
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
    rotation = { days = 0 }
  }

  expect_failures = [var.rotation]
}
