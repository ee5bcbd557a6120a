# What modules/secret refuses at plan time, one run each.

provider "aws" {
  region = "us-east-1"
}

variables {
  name        = "tests/validation"
  policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
}

run "refuses_a_name_with_a_space" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    name     = "my secret"
    password = {}
  }

  expect_failures = [var.name]
}

run "refuses_an_empty_name" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    name     = ""
    password = {}
  }

  expect_failures = [var.name]
}

run "refuses_a_name_of_513_characters" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    name     = format("%0513d", 0)
    password = {}
  }

  expect_failures = [var.name]
}

run "refuses_a_name_with_an_empty_level" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    name     = "orders//db"
    password = {}
  }

  expect_failures = [var.name]
}

run "refuses_a_description_of_2049_characters" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    description = format("%02049d", 0)
    password    = {}
  }

  expect_failures = [var.description]
}

run "refuses_a_recovery_window_of_5_days" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    recovery_window_in_days = 5
    password                = {}
  }

  expect_failures = [var.recovery_window_in_days]
}

run "refuses_a_recovery_window_of_31_days" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    recovery_window_in_days = 31
    password                = {}
  }

  expect_failures = [var.recovery_window_in_days]
}

run "refuses_a_recovery_window_of_half_a_day" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    recovery_window_in_days = 7.5
    password                = {}
  }

  expect_failures = [var.recovery_window_in_days]
}

run "refuses_a_replica_in_no_region" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    replicas = { europe = { kms_key_arn = "arn:aws:kms:europe:111122223333:key/one" } }
    password = {}
  }

  expect_failures = [var.replicas]
}

run "refuses_a_replica_under_a_key_of_another_region" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    replicas = { eu-west-1 = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/one" } }
    password = {}
  }

  expect_failures = [var.replicas]
}

run "refuses_a_replica_in_the_home_region" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    replicas = { us-east-1 = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/one" } }
    password = {}
  }

  expect_failures = [aws_secretsmanager_secret.this]
}

run "refuses_a_tag_of_aws" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    tags     = { "aws:owner" = "me" }
    password = {}
  }

  expect_failures = [var.tags]
}

run "refuses_51_tags" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    tags     = { for index in range(51) : "tag${index}" => "value" }
    password = {}
  }

  expect_failures = [var.tags]
}

run "refuses_a_tag_key_of_129_characters" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    tags     = { (format("%0129d", 0)) = "value" }
    password = {}
  }

  expect_failures = [var.tags]
}

run "refuses_a_tag_value_with_a_question_mark" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    tags     = { Owner = "who?" }
    password = {}
  }

  expect_failures = [var.tags]
}

run "refuses_fields_without_a_password" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    fields        = { username = "app" }
    value_version = 1
    text          = "value"
  }

  expect_failures = [var.fields]
}

run "refuses_a_password_among_the_fields" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    fields   = { password = "in the plan" }
    password = {}
  }

  expect_failures = [var.fields]
}

run "refuses_password_version_0" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    value_version = 0
  }

  expect_failures = [var.password]
}

run "refuses_half_a_password_version" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    value_version = 1.5
  }

  expect_failures = [var.password]
}

run "refuses_a_password_of_7_characters" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    password = { length = 7 }
  }

  expect_failures = [var.password]
}

run "refuses_a_password_of_4097_characters" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    password = { length = 4097 }
  }

  expect_failures = [var.password]
}

run "refuses_4097_excluded_characters" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    password = { exclude_characters = format("%04097d", 0) }
  }

  expect_failures = [var.password]
}

run "refuses_a_password_of_nothing" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    password = { exclude_lowercase = true, exclude_uppercase = true, exclude_numbers = true, exclude_punctuation = true }
  }

  expect_failures = [var.password]
}

run "refuses_excluded_characters_that_leave_nothing" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    password = { exclude_lowercase = true, exclude_uppercase = true, exclude_punctuation = true, exclude_characters = "0123456789", require_each_included_type = false }
  }

  expect_failures = [var.password]
}

run "refuses_excluded_characters_that_empty_a_required_class" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    password = { exclude_characters = "0123456789" }
  }

  expect_failures = [var.password]
}

run "refuses_a_supplied_password_without_password" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    password_wo = "my-own-password"
    create_value   = false
  }

  expect_failures = [var.password_wo]
}

run "refuses_an_empty_supplied_password" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    password_wo = ""
    password       = {}
  }

  expect_failures = [var.password_wo]
}

run "refuses_value_version_0" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    text          = "value"
    value_version = 0
  }

  expect_failures = [var.value_version]
}

run "refuses_no_key_values" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    key_values_wo    = {}
    value_version = 1
  }

  expect_failures = [var.key_values_wo]
}

run "refuses_key_values_and_text" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    key_values_wo    = { key = "value" }
    text          = "value"
    value_version = 1
  }

  expect_failures = [var.key_values_wo]
}

run "refuses_key_values_without_a_version" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    key_values_wo     = { key = "value" }
    create_value   = false
  }

  expect_failures = [var.key_values_wo]
}

run "refuses_an_empty_text" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    text          = ""
    value_version = 1
  }

  expect_failures = [var.text]
}

run "refuses_text_and_binary" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    text          = "value"
    binary        = "dmFsdWU="
    value_version = 1
  }

  expect_failures = [var.text]
}

run "refuses_text_without_a_version" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    text           = "value"
    create_value   = false
  }

  expect_failures = [var.text]
}

run "refuses_binary_that_is_not_base64" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    binary        = "not base64!"
    value_version = 1
  }

  expect_failures = [var.binary]
}

run "refuses_binary_without_a_version" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    binary         = "dmFsdWU="
    create_value   = false
  }

  expect_failures = [var.binary]
}

run "refuses_no_kind_of_value" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    container_only = false
  }

  expect_failures = [var.container_only]
}

run "refuses_two_kinds_of_value" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    password      = {}
    value_version = 1
    text          = "value"
  }

  expect_failures = [var.container_only]
}

run "refuses_a_value_of_65537_bytes" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    text          = format("%065537d", 0)
    value_version = 1
  }

  expect_failures = [aws_secretsmanager_secret_version.first[0]]
}

run "refuses_a_value_of_65538_bytes_in_half_as_many_characters" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    text          = replace(format("%032769d", 0), "0", "é")
    value_version = 1
  }

  expect_failures = [aws_secretsmanager_secret_version.first[0]]
}

run "refuses_a_password_version_beyond_counting" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    value_version = 1000000001
  }

  expect_failures = [var.password]
}

run "refuses_a_value_version_beyond_counting" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    text          = "of tests"
    value_version = 1000000001
  }

  expect_failures = [var.value_version]
}

run "refuses_a_description_of_2049_characters_in_fewer_letters" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    description = join("", [for index in range(683) : "x\u0301\u0302"])
    password    = {}
  }

  expect_failures = [var.description]
}
