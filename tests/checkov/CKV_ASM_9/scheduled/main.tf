variable "schedule" {
  type = string
}

resource "aws_secretsmanager_secret" "this" {
  name = "scheduled/secret"
}

resource "aws_secretsmanager_secret_rotation" "this" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = "arn:aws:lambda:us-east-1:000000000000:function:rotation"

  rotation_rules {
    schedule_expression = var.schedule
  }
}
