variable "secret_arn" {
  type = string
}

variable "days" {
  type = number
}

resource "aws_secretsmanager_secret_rotation" "this" {
  secret_id           = var.secret_arn
  rotation_lambda_arn = "arn:aws:lambda:us-east-1:000000000000:function:rotation"

  rotation_rules {
    automatically_after_days = var.days
  }
}
