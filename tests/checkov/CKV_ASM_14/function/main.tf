variable "settings" {
  type = string
}

resource "aws_lambda_function" "this" {
  function_name = "module"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"

  environment {
    variables = { SETTINGS = var.settings }
  }
}
