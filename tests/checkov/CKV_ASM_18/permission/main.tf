variable "function_name" {
  type = string
}

variable "source_account" {
  type = string
}

resource "aws_lambda_permission" "this" {
  action         = "lambda:InvokeFunction"
  function_name  = var.function_name
  principal      = "secretsmanager.amazonaws.com"
  source_account = var.source_account
}
