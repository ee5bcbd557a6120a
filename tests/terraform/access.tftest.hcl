# What modules/access refuses at plan time.

provider "aws" {
  region = "us-east-1"
}

variables {
  secret_name = "tests/validation"
}

run "refuses_a_policy_document_that_is_not_json" {
  command = plan

  module {
    source = "./modules/access"
  }

  variables {
    policy_documents = ["Allow everything"]
  }

  expect_failures = [var.policy_documents]
}

run "refuses_a_policy_document_without_a_statement" {
  command = plan

  module {
    source = "./modules/access"
  }

  variables {
    policy_documents = ["{}"]
  }

  expect_failures = [var.policy_documents]
}

run "refuses_a_key_administrator_that_is_a_session" {
  command = plan

  module {
    source = "./modules/access"
  }

  variables {
    key_administrators = ["arn:aws:sts::111122223333:assumed-role/admin/session"]
  }

  expect_failures = [var.key_administrators]
}

run "refuses_a_key_administrator_of_an_account_of_11_digits" {
  command = plan

  module {
    source = "./modules/access"
  }

  variables {
    key_administrators = ["arn:aws:iam::11112222333:role/admin"]
  }

  expect_failures = [var.key_administrators]
}
