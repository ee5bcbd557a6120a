variable "subnet_ids" {
  type = list(string)
}

resource "aws_lambda_function" "this" {
  function_name = "module"
  role          = "arn:aws:iam::000000000000:role/function"
  s3_bucket     = "code"
  s3_key        = "code.zip"
  handler       = "main.handler"
  runtime       = "python3.13"

  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = []
  }
}

output "arn" {
  value = aws_lambda_function.this.arn
}
