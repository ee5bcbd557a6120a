variable "password" {
  type = string
}

# What projects call so although it holds no password.
locals {
  password             = var.password
  db_password          = coalesce(var.password, data.aws_ssm_parameter.password.value)
  secret               = "orders-db-credentials"
  secrets              = ["db-password", "api-key-2024"]
  passwords            = toset(["app", "reader"])
  token                = "github-actions-token"
  kubernetes_secret    = "wildcard-tls"
  password_length      = 32
  password_description = "Password of the database"
  descriptions         = { username = "User of the database", password = "Password of that user" }
  parameter_names      = { password = "orders-password" }
  json_keys            = { username = "user", password = "pass" }
  columns              = { password = "password", token = "token" }
  ecs_secrets          = [{ name = "DB_PASSWORD", valueFrom = "${local.secret}:password::" }]
  environment          = { PASSWORD = "DATABASE_PASSWORD", TOKEN = local.token }
  manage_password      = "true"
  api_key              = aws_api_gateway_api_key.this.value
  key_alias            = "alias/orders"
  encryption_key       = "alias/orders"
  secret_name          = "orders/prod/4f1d6c7a90b2e8d35566"
  private_key          = file("${path.module}/key.pem")
  certificate          = "-----BEGIN CERTIFICATE-----"
  connection           = "postgres://${var.password}@db.example.com/orders"
}

data "aws_ssm_parameter" "password" {
  name = "password"
}

# unknown: 27
resource "aws_db_instance" "open" {
  identifier = local.connection
  password   = local.password
}

# pass: 27
resource "aws_ssm_parameter" "each" {
  for_each = local.passwords
  name     = each.key
  type     = "SecureString"
  value    = local.db_password
}

# pass: 27
resource "aws_kms_alias" "key" {
  name          = local.encryption_key
  target_key_id = local.certificate
}

# pass: 27
resource "aws_ecs_task_definition" "task" {
  family                = local.parameter_names.password
  container_definitions = jsonencode([{ name = local.descriptions.password, secrets = local.ecs_secrets, environment = local.environment }])
}

locals {
  literal    = merge(local.descriptions, { password = "correct horse" })
  overridden = merge({ password = "correct horse" }, local.descriptions)
}

# unknown: 27
resource "aws_db_instance" "overridden" {
  identifier = "overridden"
  password   = local.overridden.password
}

# fail: 27
resource "aws_db_instance" "literal" {
  identifier = "literal"
  password   = local.literal.password
}
