resource "aws_secretsmanager_secret" "this" {
  name = "rotation/secret"
}

resource "aws_lambda_function" "pass_vpc" {
  function_name = "pass-vpc"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"

  vpc_config {
    subnet_ids         = ["subnet-0123456789abcdef0"]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
}

resource "aws_secretsmanager_secret_rotation" "vpc" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.pass_vpc.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_lambda_function" "fail_none" {
  function_name = "fail-none"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "none" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.fail_none.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_lambda_function" "fail_no_subnets" {
  function_name = "fail-no-subnets"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"

  vpc_config {
    subnet_ids         = []
    security_group_ids = []
  }
}

resource "aws_secretsmanager_secret_rotation" "no_subnets" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.fail_no_subnets.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

# Rotates nothing.
resource "aws_lambda_function" "other" {
  function_name = "other"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

module "fail_module" {
  source = "./function"

  subnet_ids = []
}

module "pass_module" {
  source = "./function"

  subnet_ids = ["subnet-0123456789abcdef0"]
}

resource "aws_secretsmanager_secret_rotation" "modules" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = module.fail_module.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_secretsmanager_secret_rotation" "module_with_vpc" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = module.pass_module.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

