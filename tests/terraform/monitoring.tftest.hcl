# Refusals of modules/monitoring, and the parts that it omits.

provider "aws" {
  region = "us-east-1"
}

variables {
  secret_name = "tests/monitoring"
  secret_arn  = "arn:aws:secretsmanager:us-east-1:000000000000:secret:tests/monitoring-AbCdEf"
  topic_arn   = "arn:aws:sns:us-east-1:000000000000:security"
}

run "refuses_no_topic" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    topic_arn = null
  }

  expect_failures = [var.topic_arn]
}

run "refuses_a_topic_and_addresses" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    emails = ["security@example.com"]
  }

  expect_failures = [var.topic_arn]
}

run "refuses_a_topic_of_another_region" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    topic_arn = "arn:aws:sns:eu-west-1:000000000000:security"
  }

  expect_failures = [var.topic_arn]
}

run "refuses_a_topic_by_its_name" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    topic_arn = "security"
  }

  expect_failures = [var.topic_arn]
}

run "refuses_what_is_no_address" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    topic_arn = null
    emails    = ["security@example.com", "security"]
  }

  expect_failures = [var.emails]
}

run "refuses_a_negative_number_of_denied_reads" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    denied_reads_threshold = -1
  }

  expect_failures = [var.denied_reads_threshold]
}

run "refuses_a_fraction_of_denied_reads" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    denied_reads_threshold = 0.5
  }

  expect_failures = [var.denied_reads_threshold]
}

run "refuses_no_calls" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    calls_threshold = 0
  }

  expect_failures = [var.calls_threshold]
}

run "refuses_a_fraction_of_calls" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    calls_threshold = 1.5
  }

  expect_failures = [var.calls_threshold]
}

run "refuses_to_look_back_8_days" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    rotates             = true
    rotated_within_days = 8
  }

  expect_failures = [var.rotated_within_days]
}

run "refuses_rotations_of_a_secret_that_does_not_rotate" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    rotated_within_days = 2
  }

  expect_failures = [var.rotated_within_days]
}

run "watches_as_many_readers_as_the_readme_says" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    secret_name = "production/orders/database-one"
    secret_arn  = "arn:aws:secretsmanager:us-east-1:000000000000:secret:production/orders/database-one-AbCdEf"
    readers     = [for number in range(65) : "arn:aws:iam::000000000000:role/a/path/application-role-${format("%03d", number)}"]
  }

  assert {
    condition     = alltrue([for rule in aws_cloudwatch_event_rule.event : length(rule.event_pattern) <= 2048])
    error_message = "a pattern has more characters than EventBridge accepts"
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_event_rule.event["read-by-others"].event_pattern).detail.userIdentity.sessionContext.sessionIssuer.userName[0].anything-but) == 66
    error_message = "not all readers are in the one pattern that lists them"
  }
}

run "refuses_one_reader_more" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    secret_name = "production/orders/database-one"
    secret_arn  = "arn:aws:secretsmanager:us-east-1:000000000000:secret:production/orders/database-one-AbCdEf"
    readers     = [for number in range(66) : "arn:aws:iam::000000000000:role/a/path/application-role-${format("%03d", number)}"]
  }

  expect_failures = [aws_cloudwatch_event_rule.event["read-by-others"]]
}

run "takes_the_longest_name_that_every_pattern_holds" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    secret_name = join("", [for number in range(284) : "n"])
    secret_arn  = "arn:aws:secretsmanager:us-east-1:000000000000:secret:${join("", [for number in range(284) : "n"])}-AbCdEf"
    key_arn     = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000001"
    rotates     = true
  }
}

run "refuses_a_name_that_no_counting_pattern_holds" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    secret_name = join("", [for number in range(285) : "n"])
    secret_arn  = "arn:aws:secretsmanager:us-east-1:000000000000:secret:${join("", [for number in range(285) : "n"])}-AbCdEf"
  }

  expect_failures = [aws_cloudwatch_event_rule.count["denied-reads"]]
}

run "refuses_a_name_that_no_pattern_holds" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    secret_name = join("", [for number in range(400) : "n"])
    secret_arn  = "arn:aws:secretsmanager:us-east-1:000000000000:secret:${join("", [for number in range(400) : "n"])}-AbCdEf"
    key_arn     = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000001"
  }

  expect_failures = [aws_cloudwatch_event_rule.event["change"], aws_cloudwatch_event_rule.count["denied-reads"]]
}

run "refuses_a_secret_of_another_region" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    secret_arn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:tests/monitoring-AbCdEf"
  }

  expect_failures = [var.secret_arn]
}

run "refuses_a_secret_of_another_account" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    secret_arn = "arn:aws:secretsmanager:us-east-1:222222222222:secret:tests/monitoring-AbCdEf"
  }

  expect_failures = [var.secret_arn]
}

run "refuses_the_key_of_another_region" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    key_arn = "arn:aws:kms:eu-west-1:000000000000:key/00000000-0000-0000-0000-000000000001"
  }

  expect_failures = [var.key_arn]
}

run "refuses_a_name_that_no_filter_holds" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    secret_name               = join("", [for number in range(300) : "n"])
    cloudtrail_log_group_name = "trail"
  }

  expect_failures = [aws_cloudwatch_log_metric_filter.count]
}

run "makes_no_topic_or_key_beside_one_that_is_given" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  assert {
    condition     = length(aws_sns_topic.this) == 0 && length(aws_kms_key.topic) == 0 && output.topic_arn == "arn:aws:sns:us-east-1:000000000000:security"
    error_message = "the module creates a topic or key, or another topic gets the alerts"
  }
}

run "watches_neither_reading_without_a_list_nor_rotation_without_a_schedule" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  assert {
    condition     = keys(aws_cloudwatch_event_rule.event) == ["change", "deletion"]
    error_message = "there are rules for ${join(", ", keys(aws_cloudwatch_event_rule.event))}"
  }
}

run "does_not_watch_the_aws_managed_key" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  assert {
    condition     = alltrue([for rule in aws_cloudwatch_event_rule.event : !strcontains(rule.event_pattern, "aws.kms")])
    error_message = "a rule matches events of a key that nobody can change"
  }
}

run "makes_no_rule_for_what_is_counted_in_a_trail" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    cloudtrail_log_group_name = "trail"
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.count) == 0 && length(aws_cloudwatch_log_metric_filter.count) == 2
    error_message = "filters do not count denied reads and calls, or rules count them too"
  }
}

run "sends_each_address_a_letter_to_confirm" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    topic_arn = null
    emails    = ["security@example.com", "operations@example.com"]
  }

  assert {
    condition     = keys(aws_sns_topic_subscription.email) == ["operations@example.com", "security@example.com"]
    error_message = "an address has no subscription"
  }
}

run "refuses_readers_that_are_no_arns" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    readers = ["application"]
  }

  expect_failures = [var.readers]
}

run "refuses_a_trail_with_a_log_group_that_cannot_be" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    cloudtrail_log_group_name = "my trail"
  }

  expect_failures = [var.cloudtrail_log_group_name]
}

run "refuses_an_empty_list_of_addresses" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    topic_arn = null
    emails    = []
  }

  expect_failures = [var.emails]
}

run "the_policies_to_copy_match_the_names_for_a_long_secret_name" {
  command = plan

  module {
    source = "./modules/monitoring"
  }

  variables {
    secret_name = "platform_team/payments.gateway/settlement@eu/credentials"
    secret_arn  = "arn:aws:secretsmanager:us-east-1:000000000000:secret:platform_team/payments.gateway/settlement@eu/credentials-AbCdEf"
  }

  assert {
    condition     = alltrue([for rule in aws_cloudwatch_event_rule.event : startswith(rule.name, "platform-team-payments-gateway-settleme-")])
    error_message = "A name does not begin with HYPHENATED_NAME-, as docs/security.md says."
  }
}
