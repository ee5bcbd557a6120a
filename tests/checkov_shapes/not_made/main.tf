variable "secrets" {
  type    = map(string)
  default = {}
}

variable "is_made" {
  type    = bool
  default = true
}

variable "is_rotated" {
  type    = bool
  default = false
}

variable "is_decided_later" {
  type = bool
}

locals {
  all = {
    a = { is_enabled = false }
    b = { is_enabled = true }
  }
}

# unknown: 1 3 9 10 19 20
resource "aws_secretsmanager_secret" "of_an_empty_map" {
  for_each = var.secrets

  name                    = each.key
  recovery_window_in_days = 0
}

# unknown: 1 3 9 19
resource "aws_secretsmanager_secret" "of_a_filter" {
  for_each = { for name, each in local.all : name => each if each.is_enabled && name == "a" }

  name = "app/${each.key}"
}

# fail: 1
resource "aws_secretsmanager_secret" "of_a_filter_that_leaves_one" {
  for_each = { for name, each in local.all : name => each if each.is_enabled }

  name = "app/${each.key}"
}

# unknown: 1 3 9 19
resource "aws_secretsmanager_secret" "of_two_switches" {
  count = var.is_made && var.is_rotated ? 1 : 0

  name = "app/x"
}

# fail: 1 9
resource "aws_secretsmanager_secret" "of_either_switch" {
  count = var.is_made || var.is_rotated ? 1 : 0

  name = "app/x"
}

# unknown: 1 9
resource "aws_secretsmanager_secret" "of_a_length" {
  count = length(var.secrets)

  name = "app/x"
}

# unknown: 1 9
resource "aws_secretsmanager_secret" "of_keys" {
  for_each = toset(keys(var.secrets))

  name = "app/${each.value}"
}

# unknown: 11
resource "aws_secretsmanager_secret_version" "of_the_empty_map" {
  for_each = aws_secretsmanager_secret.of_an_empty_map

  secret_id     = each.value.id
  secret_string = "x"
}

# fail: 1; unknown: 3 9
resource "aws_secretsmanager_secret" "perhaps_rotated" {
  name = "app/perhaps"
}

resource "aws_secretsmanager_secret_rotation" "perhaps" {
  count = var.is_decided_later ? 1 : 0

  secret_id           = aws_secretsmanager_secret.perhaps_rotated.id
  rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate"

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_secretsmanager_secret_policy" "perhaps" {
  count = var.is_decided_later ? 1 : 0

  secret_arn          = aws_secretsmanager_secret.perhaps_rotated.arn
  block_public_policy = true
  policy              = "{}"
}

# fail: 9
resource "aws_secretsmanager_secret" "not_rotated" {
  name = "app/not-rotated"
}

resource "aws_secretsmanager_secret_rotation" "not_made" {
  count = var.is_rotated ? 1 : 0

  secret_id           = aws_secretsmanager_secret.not_rotated.id
  rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate"

  rotation_rules {
    automatically_after_days = 30
  }
}

# fail: 1; pass: 9
resource "aws_secretsmanager_secret" "rotated_if_made" {
  count = var.is_decided_later ? 1 : 0

  name = "app/both"
}

resource "aws_secretsmanager_secret_rotation" "if_made" {
  count = var.is_decided_later ? 1 : 0

  secret_id           = aws_secretsmanager_secret.rotated_if_made[0].id
  rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate"

  rotation_rules {
    automatically_after_days = 30
  }
}
