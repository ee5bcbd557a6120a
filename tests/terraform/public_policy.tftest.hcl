# Which resource policies modules/secret refuses, because they allow everybody.

provider "aws" {
  region = "us-east-1"
}

variables {
  name           = "tests/validation"
  create_value   = false
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

run "refuses_everybody_written_as_an_aws_principal" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    policy_json = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = ["*"] }, Action = "secretsmanager:GetSecretValue", Resource = "*" }] })
  }

  expect_failures = [aws_secretsmanager_secret_policy.this]
}

run "refuses_everybody_but_one" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    policy_json = jsonencode({ Statement = [{ Effect = "Allow", NotPrincipal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "secretsmanager:GetSecretValue", Resource = "*" }] })
  }

  expect_failures = [aws_secretsmanager_secret_policy.this]
}

run "refuses_everybody_over_tls" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    policy_json = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "true" } } }] })
  }

  expect_failures = [aws_secretsmanager_secret_policy.this]
}

run "refuses_everybody_outside_an_organization" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    policy_json = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringNotEquals = { "aws:PrincipalOrgID" = "o-abcdefghij" } } }] })
  }

  expect_failures = [aws_secretsmanager_secret_policy.this]
}

run "refuses_every_organization" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    policy_json = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringLike = { "aws:PrincipalOrgID" = "*" } } }] })
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

run "accepts_a_role" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    policy_json = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:role/reader" }, Action = "secretsmanager:GetSecretValue", Resource = "*" }] })
  }

  assert {
    condition     = aws_secretsmanager_secret_policy.this.block_public_policy
    error_message = "block_public_policy is off"
  }
}

run "accepts_a_denial_to_everybody" {
  command = plan

  module {
    source = "./modules/secret"
  }

  variables {
    policy_json = jsonencode({ Statement = [{ Effect = "Deny", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" }] })
  }

  assert {
    condition     = aws_secretsmanager_secret_policy.this.block_public_policy
    error_message = "block_public_policy is off"
  }
}
