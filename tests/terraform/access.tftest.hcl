# Refusals of `access` at plan time by the root module. policies.tftest.hcl has the others.

provider "aws" {
  region = "us-east-1"
}

variables {
  name     = "tests/validation"
  database = { engine = "mysql", username = "dbadmin" }
}

run "refuses_a_service_that_is_no_service_principal" {
  command = plan

  variables {
    access = { services = { appflow = {} } }
  }

  expect_failures = [var.access]
}

run "refuses_a_service_for_an_account_of_11_digits" {
  command = plan

  variables {
    access = { services = { "appflow.amazonaws.com" = { source_account = "11112222333" } } }
  }

  expect_failures = [var.access]
}

run "refuses_a_service_for_a_source_that_is_no_arn" {
  command = plan

  variables {
    access = { services = { "appflow.amazonaws.com" = { source_arns = ["flow/orders"] } } }
  }

  expect_failures = [var.access]
}

run "refuses_a_service_for_every_source" {
  command = plan

  variables {
    access = { services = { "appflow.amazonaws.com" = { source_arns = ["*"] } } }
  }

  expect_failures = [var.access]
}

run "refuses_a_vpc_in_place_of_a_vpc_endpoint" {
  command = plan

  variables {
    access = { conditions = { vpc_endpoint_ids = ["vpc-0a1b2c3d"] } }
  }

  expect_failures = [var.access]
}

run "refuses_an_address_without_a_range" {
  command = plan

  variables {
    access = { conditions = { source_ip_cidrs = ["203.0.113.7"] } }
  }

  expect_failures = [var.access]
}

run "refuses_a_private_range" {
  command = plan

  variables {
    access = { conditions = { source_ip_cidrs = ["172.16.0.0/12"] } }
  }

  expect_failures = [var.access]
}

run "refuses_a_range_of_every_address" {
  command = plan

  variables {
    access = { conditions = { source_ip_cidrs = ["0.0.0.0/0"] } }
  }

  expect_failures = [var.access]
}

run "refuses_an_account_in_place_of_an_organization" {
  command = plan

  variables {
    access = { conditions = { organization_id = "111122223333" } }
  }

  expect_failures = [var.access]
}

run "refuses_a_day_in_place_of_an_instant" {
  command = plan

  variables {
    access = { conditions = { not_before = "2026-01-31" } }
  }

  expect_failures = [var.access]
}

run "refuses_an_end_before_its_start" {
  command = plan

  variables {
    access = { conditions = { not_before = "2026-02-01T00:00:00Z", not_after = "2026-01-01T00:00:00Z" } }
  }

  expect_failures = [var.access]
}

run "refuses_a_tag_without_a_value" {
  command = plan

  variables {
    access = { conditions = { principal_tags = { Team = "" } } }
  }

  expect_failures = [var.access]
}

run "refuses_a_service_of_which_nothing_is_said" {
  command = plan

  variables {
    access = { services = { "appflow.amazonaws.com" = null } }
  }

  expect_failures = [var.access]
}

run "refuses_a_source_with_a_policy_variable" {
  command = plan

  variables {
    access = { services = { "appflow.amazonaws.com" = { source_arns = ["arn:aws:s3:::$${aws:username}"] } } }
  }

  expect_failures = [var.access]
}

run "refuses_one_tag_in_two_cases" {
  command = plan

  variables {
    access = { conditions = { principal_tags = { Team = "orders", team = "billing" } } }
  }

  expect_failures = [var.access]
}
