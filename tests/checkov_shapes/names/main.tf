variable "db_password" {
  type = string
}

variable "settings" {
  type = map(string)
}

# unknown: 13
variable "metadata_options" {
  type    = map(string)
  default = { http_tokens = "required" }
}

# pass: 13
variable "enable_token" {
  type    = string
  default = "true"
}

# pass: 13
variable "use_secret" {
  type    = string
  default = "yes"
}

# pass: 13
variable "encryption_key" {
  type    = string
  default = "alias/my-key"
}

# pass: 13
variable "db_secret" {
  type    = string
  default = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf"
}

# pass: 13
variable "terraform_token" {
  type    = string
  default = "null"
}

# fail: 13
variable "database_url" {
  type    = string
  default = "postgres://admin:S3cr3tPass@db.example.com:5432/orders"
}

# unknown: 13
variable "documentation_url" {
  type    = string
  default = "https://example.com:8443/page"
}

# fail: 13
variable "certificates" {
  type = map(any)
  default = {
    web = {
      certificate_pem = "-----BEGIN CERTIFICATE-----"
      private_key_pem = "-----BEGIN RSA PRIVATE KEY-----"
    }
  }
}

# unknown: 13
variable "public_key" {
  type    = string
  default = "-----BEGIN PUBLIC KEY-----"
}

# fail: 14
resource "aws_lambda_function" "url" {
  function_name = "url"
  role          = "arn:aws:iam::111122223333:role/app"

  environment {
    variables = { DATABASE_URL = "postgres://admin:S3cr3tPass@db.example.com:5432/orders" }
  }
}

# pass: 14
resource "aws_lambda_function" "settings" {
  function_name = "settings"
  role          = "arn:aws:iam::111122223333:role/app"

  environment {
    variables = {
      MAX_TOKENS   = "4096"
      CSRF_TOKEN   = "enabled"
      TOKEN        = "/ssm/param/token"
      DATABASE_URL = "postgres://db.example.com:5432/orders"
    }
  }
}

# unknown: 14
resource "aws_lambda_function" "open" {
  function_name = "open"
  role          = "arn:aws:iam::111122223333:role/app"

  environment {
    variables = { DB_PASSWORD = var.db_password }
  }
}

# unknown: 14
resource "aws_lambda_function" "open_map" {
  function_name = "open-map"
  role          = "arn:aws:iam::111122223333:role/app"

  environment {
    variables = merge(var.settings, { STAGE = "dev" })
  }
}

# fail: 14
resource "aws_lambda_function" "literal_in_an_open_map" {
  function_name = "literal-in-an-open-map"
  role          = "arn:aws:iam::111122223333:role/app"

  environment {
    variables = merge(var.settings, { API_KEY = "b8f1c0d2e3a4" })
  }
}

# fail: 14
resource "aws_ecs_task_definition" "json" {
  family = "json"
  container_definitions = jsonencode([{
    name        = "app"
    environment = [{ name = "SETTINGS", value = jsonencode({ db = { password = "correct horse" } }) }]
  }])
}

# unknown: 14
resource "aws_ecs_task_definition" "open" {
  family                = "open"
  container_definitions = jsonencode([{ name = "app", environment = [for name, value in var.settings : { name = name, value = value }] }])
}

# fail: 26
resource "aws_iam_role_policy_attachment" "read_write" {
  role       = "app"
  policy_arn = "arn:aws:iam::aws:policy/SecretsManagerReadWrite"
}

# unknown: 26
resource "aws_iam_role_policy_attachment" "open" {
  role       = "app"
  policy_arn = var.db_password
}
