data "aws_caller_identity" "current" {}

resource "aws_secretsmanager_secret" "this" {
  name = "rotation/secret"
}

resource "aws_lambda_function" "rotation" {
  function_name = "rotation"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_secretsmanager_secret_rotation" "this" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = aws_lambda_function.rotation.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_lambda_function" "website" {
  function_name = "website"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_lambda_permission" "pass_account" {
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.rotation.function_name
  principal      = "secretsmanager.amazonaws.com"
  source_account = data.aws_caller_identity.current.account_id
}

resource "aws_lambda_permission" "pass_secret" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.rotation.function_name
  principal     = "secretsmanager.amazonaws.com"
  source_arn    = aws_secretsmanager_secret.this.arn
}

resource "aws_lambda_permission" "fail_no_source" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.rotation.function_name
  principal     = "secretsmanager.amazonaws.com"
}

resource "aws_lambda_permission" "fail_null_source" {
  action         = "lambda:InvokeFunction"
  function_name  = "rotation"
  principal      = "secretsmanager.amazonaws.com"
  source_account = null
}

resource "aws_lambda_permission" "fail_everybody" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.rotation.function_name
  principal     = "*"
}

# Not about secrets.
resource "aws_lambda_permission" "website" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.website.function_name
  principal     = "*"
}

resource "aws_lambda_permission" "events" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.website.function_name
  principal     = "events.amazonaws.com"
}

module "fail_module" {
  source = "./permission"

  function_name  = aws_lambda_function.rotation.function_name
  source_account = null
}

module "pass_module" {
  source = "./permission"

  function_name  = aws_lambda_function.rotation.function_name
  source_account = data.aws_caller_identity.current.account_id
}
