variable "function_name" {
  type = string
}

resource "aws_kms_key" "this" {}

resource "aws_lambda_function" "this" {
  function_name = var.function_name
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.function_name}"
  kms_key_id        = aws_kms_key.this.arn
  retention_in_days = 30
}

output "arn" {
  value = aws_lambda_function.this.arn
}
