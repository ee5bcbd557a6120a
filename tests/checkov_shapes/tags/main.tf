variable "env" {
  type = string
}

variable "tags" {
  type = map(string)
}

variable "is_prod" {
  type = bool
}

# fail: 9 10 19
resource "aws_secretsmanager_secret" "one_open_value" {
  name                    = "billing/database"
  recovery_window_in_days = 0
  tags                    = { CostCenter = "cc-${var.env}" }
}

# unknown: 9 10 19
resource "aws_secretsmanager_secret" "open_keys" {
  name                    = "billing/database"
  recovery_window_in_days = 0
  tags                    = var.tags
}

# fail: 10; unknown: 9 19
resource "aws_secretsmanager_secret" "merged_before" {
  name                    = "billing/database"
  recovery_window_in_days = 0
  tags                    = merge(var.tags, { Environment = "production" })
}

# unknown: 9 10 19
resource "aws_secretsmanager_secret" "merged_behind" {
  name                    = "billing/database"
  recovery_window_in_days = 0
  tags                    = merge({ Environment = "dev" }, var.tags)
}

# pass: 19; unknown: 10; fail: 9
resource "aws_secretsmanager_secret" "open_environment" {
  name                    = "billing/database"
  recovery_window_in_days = 0
  tags                    = { Environment = var.env, Project = "billing" }
}

# unknown: 10
resource "aws_secretsmanager_secret" "open_window" {
  name                    = "billing/database"
  recovery_window_in_days = var.is_prod ? 30 : 0
}

# pass: 19; unknown: 9
resource "aws_secretsmanager_secret" "open_reason" {
  name = "billing/database"
  tags = { Environment = "dev", Project = "billing", RotationException = var.env }
}

# fail: 19
resource "aws_secretsmanager_secret" "made_keys" {
  name = "billing/database"
  tags = { for name in ["Environment", "Owner"] : name => "x" }
}
