# That modules/secret refuses public policies. Which these are is in tests/harness/public_statements.py.

provider "aws" {
  region = "us-east-1"
}

variables {
  name         = "tests/validation"
  create_value = false
}

run "refuses_everybody" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    policy_json = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" }] })
  }

  expect_failures = [aws_secretsmanager_secret_policy.this]
}

run "refuses_everybody_in_a_policy_of_one_statement" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    policy_json = jsonencode({ Statement = { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" } })
  }

  expect_failures = [aws_secretsmanager_secret_policy.this]
}

run "refuses_a_policy_over_20480_characters" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    policy_json = format("%020481d", 0)
  }

  expect_failures = [aws_secretsmanager_secret_policy.this]
}

run "accepts_everybody_in_an_organization" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    policy_json = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-abcdefghij" } } }] })
  }

  assert {
    condition     = aws_secretsmanager_secret_policy.this.block_public_policy
    error_message = "block_public_policy is off"
  }
}
