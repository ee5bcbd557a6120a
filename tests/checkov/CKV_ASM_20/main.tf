resource "aws_secretsmanager_secret" "pass_name" {
  name = "vpc-tutorial/database/credentials"
}

resource "aws_secretsmanager_secret" "pass_prefix" {
  name_prefix = "orders/database/"
}

resource "aws_secretsmanager_secret" "pass_uuid" {
  name = "tenants/123e4567-e89b-12d3-a456-426614174000/credentials"
}

resource "aws_secretsmanager_secret" "pass_long" {
  name = "OrdersOfTheWebshop2/DatabaseCredentialsOfTheReader/AuthenticationForProduction1"
}

module "pass_module" {
  source = "./secret"

  path = "orders/database"
}

resource "aws_secretsmanager_secret" "fail_flat" {
  name = "credentials"
}

module "fail_module" {
  source = "./secret"

  path = "orders/alice@example.com"
}

resource "aws_secretsmanager_secret" "fail_pair" {
  name = "orders/password=hunter2"
}

resource "aws_secretsmanager_secret" "fail_e_mail" {
  name = "users/alice@example.com/password"
}

resource "aws_secretsmanager_secret" "fail_access_key" {
  name = "aws-keys/AKIAIOSFODNN7EXAMPLE"
}

resource "aws_secretsmanager_secret" "fail_random" {
  name = "api/wJalrXUtnFEMI7K7MDENGbPxRfiCYEXAMPLEKEY"
}

resource "aws_secretsmanager_secret" "fail_function" {
  name = one(["credentials-of-function"])
}
