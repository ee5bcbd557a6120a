variable "environment" {
  type = string
}

resource "aws_secretsmanager_secret" "this" {
  name                    = "module/secret"
  recovery_window_in_days = 0
  tags                    = merge({ Project = "orders" }, { Environment = var.environment })
}
