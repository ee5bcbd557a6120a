resource "aws_secretsmanager_secret" "this" {
  name = "environment/secret"
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = "correct horse battery staple"
}

resource "aws_lambda_function" "pass_reference" {
  function_name = "pass-reference"
  role          = local.role
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"

  environment {
    variables = {
      DB_SECRET         = aws_secretsmanager_secret.this.arn
      DB_SECRET_NAME    = "orders"
      API_SECRET        = "payments/provider/api"
      TOKEN_URL         = "https://example.com/token"
      PASSWORD_LENGTH   = "32"
      SECRET_VERSION    = aws_secretsmanager_secret_version.this.version_id
      DB_PASSWORD_STORE = "vault"
      API_TOKEN         = ""
    }
  }
}

resource "aws_lambda_function" "pass_none" {
  function_name = "pass-none"
  role          = local.role
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_lambda_function" "fail_literal" {
  function_name = "fail-literal"
  role          = local.role
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"

  environment {
    variables = { dbPassword = "correct horse battery staple" }
  }
}

resource "aws_lambda_function" "fail_secret_string" {
  function_name = "fail-secret-string"
  role          = local.role
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"

  environment {
    variables = { SETTINGS = aws_secretsmanager_secret_version.this.secret_string }
  }
}

module "fail_module" {
  source = "./function"

  settings = aws_secretsmanager_secret_version.this.secret_string
}

resource "aws_lambda_function" "fail_function" {
  function_name = "fail-function"
  role          = local.role
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"

  environment {
    variables = { API_KEY = one(["0123456789abcdef"]) }
  }
}

locals {
  role = "arn:aws:iam::000000000000:role/function"
}

# The ARN, and so the whole string, is known only after apply.
resource "aws_ecs_task_definition" "hcl_pass_secrets" {
  family = "hcl-pass-secrets"
  container_definitions = jsonencode([{
    name        = "app"
    image       = "app"
    environment = [{ name = "DB_HOST", value = "db.example.com" }]
    secrets     = [{ name = "DB_PASSWORD", valueFrom = aws_secretsmanager_secret.this.arn }]
  }])
}

resource "aws_ecs_task_definition" "fail_environment" {
  family = "fail-environment"
  container_definitions = jsonencode([{
    name        = "app"
    image       = "app"
    environment = [{ name = "DB_PASSWORD", value = "correct horse battery staple" }]
  }])
}

resource "aws_ecs_task_definition" "fail_value" {
  family = "fail-value"
  container_definitions = jsonencode([{
    name        = "app"
    image       = "app"
    environment = [{ name = "SETTINGS", value = aws_secretsmanager_secret_version.this.secret_string }]
  }])
}
