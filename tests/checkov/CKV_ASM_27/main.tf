variable "stage" {
  type = string
}

locals {
  db_password = "correct horse battery staple"
  admin_pwd   = "changeit"
  settings = {
    host     = "db.example.com"
    password = "hunter2-of-${lower("STAGING")}"
  }
  database_url = "postgres://admin:S3cr3tPass@db.example.com:5432/orders"
  signing_key  = "4f1d6c7a90b2e8d35566"
  credentials  = jsonencode({ username = "orders", password = "correct horse" })
}

resource "aws_ssm_parameter" "hcl_fail_used" {
  name  = "password"
  type  = "SecureString"
  value = local.db_password
}

data "aws_ssm_parameter" "hcl_fail_in_a_template" {
  name = "${var.stage}/${local.admin_pwd}"
}

locals {
  connection = { url = local.database_url, settings = local.settings }
}

resource "aws_ssm_parameter" "hcl_fail_through_another_local" {
  name  = "settings"
  type  = "SecureString"
  value = local.connection.settings.host
}

module "hcl_fail_in_a_call" {
  source = "./unused"

  hcl_fail_beside = local.signing_key
}

resource "aws_ssm_parameter" "hcl_fail_in_each" {
  for_each = { credentials = local.credentials }

  name  = each.key
  type  = "SecureString"
  value = each.value
}

# Passwords in name only.
locals {
  session_token = "/orders/session-token"
}

resource "aws_ssm_parameter" "hcl_pass_place" {
  name  = local.session_token
  type  = "String"
  value = "token"
}
