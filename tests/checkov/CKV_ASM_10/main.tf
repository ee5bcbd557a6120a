resource "aws_secretsmanager_secret" "pass_default" {
  name = "pass/default"
}

resource "aws_secretsmanager_secret" "pass_seven" {
  name                    = "pass/seven"
  recovery_window_in_days = 7
  tags                    = { Environment = "production" }
}

resource "aws_secretsmanager_secret" "pass_test" {
  name                    = "pass/test"
  recovery_window_in_days = 0
  tags                    = { Environment = "test" }
}

resource "aws_secretsmanager_secret" "fail_production" {
  name                    = "fail/production"
  recovery_window_in_days = 0
  tags                    = { Environment = "Production" }
}

resource "aws_secretsmanager_secret" "fail_untagged" {
  name                    = "fail/untagged"
  recovery_window_in_days = 0
}

module "fail_module" {
  source = "./secret"

  environment = "prod"
}

module "pass_module" {
  source = "./secret"

  environment = "staging"
}

resource "aws_secretsmanager_secret" "fail_function" {
  name                    = "fail/function"
  recovery_window_in_days = one([0])
}
