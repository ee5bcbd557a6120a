resource "aws_secretsmanager_secret" "pass_attached" {
  name = "pass/attached"
}

resource "aws_secretsmanager_secret_policy" "pass_blocks" {
  secret_arn          = aws_secretsmanager_secret.pass_attached.arn
  policy              = local.policy
  block_public_policy = true
}

resource "aws_secretsmanager_secret" "pass_sibling" {
  name = "pass/sibling"
}

module "pass_module" {
  source = "./policy"

  secret_arn = aws_secretsmanager_secret.pass_sibling.arn
  policy     = local.policy
}

resource "aws_secretsmanager_secret" "pass_each" {
  for_each = toset(["a", "b"])

  name = "pass/each/${each.key}"
}

module "pass_module_each" {
  source   = "./policy"
  for_each = aws_secretsmanager_secret.pass_each

  secret_arn = each.value.arn
  policy     = local.policy
}

resource "aws_secretsmanager_secret" "fail_none" {
  name = "fail/none"
}

resource "aws_secretsmanager_secret" "fail_count" {
  name = "fail/count"
}

resource "aws_secretsmanager_secret_policy" "not_made" {
  count = 0

  secret_arn          = aws_secretsmanager_secret.fail_count.arn
  policy              = local.policy
  block_public_policy = true
}

# Secrets Manager does not check what an inline policy allows.
resource "aws_secretsmanager_secret" "fail_inline" {
  name   = "fail/inline"
  policy = local.policy
}

resource "aws_secretsmanager_secret" "pass_public" {
  name = "pass/public"
}

resource "aws_secretsmanager_secret_policy" "fail_default" {
  secret_arn = aws_secretsmanager_secret.pass_public.arn
  policy     = local.policy
}

locals {
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
