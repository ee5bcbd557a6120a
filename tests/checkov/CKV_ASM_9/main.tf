resource "aws_secretsmanager_secret" "pass_days" {
  name = "pass/days"
}

resource "aws_secretsmanager_secret_rotation" "days" {
  secret_id           = aws_secretsmanager_secret.pass_days.id
  rotation_lambda_arn = local.function

  rotation_rules {
    automatically_after_days = 90
  }
}

resource "aws_secretsmanager_secret" "fail_days" {
  name = "fail/days"
}

resource "aws_secretsmanager_secret_rotation" "many_days" {
  secret_id           = aws_secretsmanager_secret.fail_days.arn
  rotation_lambda_arn = local.function

  rotation_rules {
    automatically_after_days = 91
  }
}

module "pass_rate_in_days" {
  source   = "./scheduled"
  schedule = "rate(30 days)"
}

module "pass_rate_in_hours" {
  source   = "./scheduled"
  schedule = "rate(12 hours)"
}

module "pass_first_sunday" {
  source   = "./scheduled"
  schedule = "cron(0 16 ? * SUN#1 *)"
}

module "pass_last_day_of_every_other_month" {
  source   = "./scheduled"
  schedule = "cron(0 8 L 1/2 ? *)"
}

module "pass_list_of_months" {
  source   = "./scheduled"
  schedule = "cron(0 8 1 JAN,MAR,MAY,JUL,SEP,NOV ? *)"
}

module "pass_last_friday" {
  source   = "./scheduled"
  schedule = "cron(0 8 ? */2 6L *)"
}

module "fail_rate" {
  source   = "./scheduled"
  schedule = "rate(120 days)"
}

# From 1 July to 1 October there are 92 days.
module "fail_every_third_month" {
  source   = "./scheduled"
  schedule = "cron(0 8 1 1/3 ? *)"
}

module "fail_once_a_year" {
  source   = "./scheduled"
  schedule = "cron(0 8 ? 12 MON-FRI *)"
}

# Secrets Manager refuses it.
module "undecided" {
  source   = "./scheduled"
  schedule = "cron(0 8 WEEKLY * ? *)"
}

resource "aws_secretsmanager_secret" "pass_sibling" {
  name = "pass/sibling"
}

module "rotation" {
  source = "./rotation"

  secret_arn = aws_secretsmanager_secret.pass_sibling.arn
  days       = 30
}

resource "aws_secretsmanager_secret" "pass_exception" {
  name = "pass/exception"
  tags = { RotationException = "Issued by the payment provider" }
}

resource "aws_secretsmanager_secret" "fail_short_exception" {
  name = "fail/short-exception"
  tags = { RotationException = "none" }
}

resource "aws_secretsmanager_secret" "fail_none" {
  name = "fail/none"
}

resource "aws_secretsmanager_secret" "fail_count" {
  name = "fail/count"
}

resource "aws_secretsmanager_secret_rotation" "not_made" {
  count = 0

  secret_id           = aws_secretsmanager_secret.fail_count.id
  rotation_lambda_arn = local.function

  rotation_rules {
    automatically_after_days = 30
  }
}

locals {
  function = "arn:aws:lambda:us-east-1:000000000000:function:rotation"
}
