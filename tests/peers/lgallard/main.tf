# A state like that of lgallard/secrets-manager 0.12, with its addresses and arguments, but without its code.

variable "secrets" {
  type = map(string)
}

resource "aws_secretsmanager_secret" "sm" {
  for_each = var.secrets

  name                    = each.key
  description             = "Made by another module"
  recovery_window_in_days = 30
  tags                    = { Team = "shop" }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::000000000000:root" }
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
    }]
  })
}

resource "aws_secretsmanager_secret_version" "sm-sv" {
  for_each = var.secrets

  secret_id     = aws_secretsmanager_secret.sm[each.key].id
  secret_string = each.value
}
