# Refusals of main.tf at plan time, each with its own run.

provider "aws" {
  region = "us-east-1"
}

variables {
  name     = "tests/validation"
  database = { engine = "postgres", username = "app" }
}

run "refuses_a_name_with_a_space" {
  command = plan

  variables {
    name = "my secret"
  }

  expect_failures = [var.name]
}

run "refuses_an_empty_name" {
  command = plan

  variables {
    name = ""
  }

  expect_failures = [var.name]
}

run "refuses_a_name_of_513_characters" {
  command = plan

  variables {
    name = format("%0513d", 0)
  }

  expect_failures = [var.name]
}

run "refuses_a_name_with_an_empty_level" {
  command = plan

  variables {
    name = "orders//db"
  }

  expect_failures = [var.name]
}

run "refuses_a_description_of_2049_characters" {
  command = plan

  variables {
    description = format("%02049d", 0)
  }

  expect_failures = [var.description]
}

run "refuses_a_recovery_window_of_5_days" {
  command = plan

  variables {
    recovery_window_in_days = 5
  }

  expect_failures = [var.recovery_window_in_days]
}

run "refuses_a_recovery_window_of_31_days" {
  command = plan

  variables {
    recovery_window_in_days = 31
  }

  expect_failures = [var.recovery_window_in_days]
}

run "refuses_a_recovery_window_of_half_a_day" {
  command = plan

  variables {
    recovery_window_in_days = 7.5
  }

  expect_failures = [var.recovery_window_in_days]
}

run "refuses_a_replica_in_no_region" {
  command = plan

  variables {
    replicas = { europe = { kms_key_arn = "arn:aws:kms:europe:111122223333:key/one" } }
  }

  expect_failures = [var.replicas]
}

run "refuses_a_replica_under_a_key_of_another_region" {
  command = plan

  variables {
    replicas = { eu-west-1 = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/one" } }
  }

  expect_failures = [var.replicas]
}

run "refuses_a_replica_in_the_home_region" {
  command = plan

  variables {
    replicas = { us-east-1 = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/one" } }
  }

  expect_failures = [aws_secretsmanager_secret.this]
}

run "refuses_a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:owner" = "me" }
  }

  expect_failures = [var.tags]
}

run "refuses_51_tags" {
  command = plan

  variables {
    tags = { for index in range(51) : "tag${index}" => "value" }
  }

  expect_failures = [var.tags]
}

run "refuses_a_tag_key_of_129_characters" {
  command = plan

  variables {
    tags = { (format("%0129d", 0)) = "value" }
  }

  expect_failures = [var.tags]
}

run "refuses_a_tag_value_with_a_question_mark" {
  command = plan

  variables {
    tags = { Owner = "who?" }
  }

  expect_failures = [var.tags]
}

run "refuses_a_description_of_2049_characters_in_fewer_letters" {
  command = plan

  variables {
    description = join("", [for index in range(683) : "x\u0301\u0302"])
  }

  expect_failures = [var.description]
}

run "takes_replicas_in_the_regions_of_every_partition" {
  command = plan

  variables {
    replicas = {
      eu-west-1      = { kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/one" }
      us-gov-east-1  = { kms_key_arn = "arn:aws-us-gov:kms:us-gov-east-1:111122223333:key/one" }
      us-isob-east-1 = { kms_key_arn = "arn:aws-iso-b:kms:us-isob-east-1:111122223333:key/one" }
      eusc-de-east-1 = { kms_key_arn = "arn:aws-eusc:kms:eusc-de-east-1:111122223333:key/one" }
    }
  }
}
