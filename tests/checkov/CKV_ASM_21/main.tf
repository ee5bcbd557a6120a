resource "aws_secretsmanager_secret" "this" {
  name = "rotation/secret"
}

resource "aws_kms_key" "logs" {}

resource "aws_lambda_function" "pass_literal" {
  function_name = "pass-literal"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "literal" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.pass_literal.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_lambda_function" "pass_reference" {
  function_name = "pass-reference"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "reference" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.pass_reference.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_lambda_function" "pass_logging" {
  function_name = "pass-logging"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.logging.name
  }
}

resource "aws_secretsmanager_secret_rotation" "logging" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.pass_logging.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_lambda_function" "fail_no_group" {
  function_name = "fail-no-group"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "no_group" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.fail_no_group.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_lambda_function" "fail_no_key" {
  function_name = "fail-no-key"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "no_key" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.fail_no_key.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_lambda_function" "fail_no_retention" {
  function_name = "fail-no-retention"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "no_retention" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.fail_no_retention.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_cloudwatch_log_group" "literal" {
  name              = "/aws/lambda/pass-literal"
  kms_key_id        = aws_kms_key.logs.arn
  retention_in_days = 90
}

resource "aws_cloudwatch_log_group" "reference" {
  name              = "/aws/lambda/${aws_lambda_function.pass_reference.function_name}"
  kms_key_id        = aws_kms_key.logs.arn
  retention_in_days = 90
}

resource "aws_cloudwatch_log_group" "logging" {
  name              = "/rotation/functions"
  kms_key_id        = aws_kms_key.logs.arn
  retention_in_days = 90
}

resource "aws_cloudwatch_log_group" "no_key" {
  name              = "/aws/lambda/fail-no-key"
  retention_in_days = 90
}

resource "aws_cloudwatch_log_group" "no_retention" {
  name       = "/aws/lambda/${aws_lambda_function.fail_no_retention.function_name}"
  kms_key_id = aws_kms_key.logs.arn
}

# Reads a secret.
resource "aws_lambda_function" "fail_reader" {
  function_name = "fail-reader"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"

  environment {
    variables = { SECRET_ARN = aws_secretsmanager_secret.this.arn }
  }
}

# Not about secrets.
resource "aws_lambda_function" "website" {
  function_name = "website"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

module "pass_module" {
  source = "./logs"

  function_name = "module"
}

resource "aws_secretsmanager_secret_rotation" "module" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = module.pass_module.arn

  rotation_rules {
    automatically_after_days = 30
  }
}
