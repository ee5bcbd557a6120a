variable "secrets" {
  type = map(object({
    description = optional(string)
    kms_key_id  = optional(string)
    days        = optional(number, 0)
  }))
  default = {
    orders  = { description = "Orders" }
    billing = { kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000" }
  }
}

variable "more" {
  type = map(any)
}

variable "key" {
  type    = string
  default = null
}

variable "use_key" {
  type = bool
}

locals {
  with_keys = {
    one = { kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000" }
  }
  without_keys = { two = {} }
}

# fail: 1 10
resource "aws_secretsmanager_secret" "optional" {
  for_each = var.secrets

  name                    = "app/${each.key}"
  kms_key_id              = each.value.kms_key_id
  recovery_window_in_days = each.value.days
}

# pass: 1
resource "aws_secretsmanager_secret" "looked_up" {
  for_each = local.with_keys

  name       = "app/${each.key}"
  kms_key_id = lookup(each.value, "kms_key_id", null)
}

# fail: 1
resource "aws_secretsmanager_secret" "looked_up_in_vain" {
  for_each = local.without_keys

  name       = "app/${each.key}"
  kms_key_id = lookup(each.value, "kms_key_id", null)
}

# fail: 1
resource "aws_secretsmanager_secret" "tried" {
  for_each = merge(local.with_keys, local.without_keys)

  name       = "app/${each.key}"
  kms_key_id = try(each.value.kms_key_id, null)
}

# unknown: 1
resource "aws_secretsmanager_secret" "open" {
  for_each = var.more

  name       = "app/${each.key}"
  kms_key_id = lookup(each.value, "kms_key_id", null)
}

# unknown: 1
resource "aws_secretsmanager_secret" "null_by_default" {
  name       = "app/one"
  kms_key_id = var.key
}

resource "aws_kms_key" "this" {
  enable_key_rotation = true
}

# unknown: 1
resource "aws_secretsmanager_secret" "perhaps_a_key" {
  name       = "app/two"
  kms_key_id = var.use_key ? aws_kms_key.this.arn : null
}

# unknown: 16
resource "aws_lambda_function" "perhaps_in_a_vpc" {
  function_name = "rotate"
  role          = "arn:aws:iam::111122223333:role/rotate"
  handler       = "main.handler"
  runtime       = "python3.13"
  filename      = "rotate.zip"

  dynamic "vpc_config" {
    for_each = var.use_key ? [1] : []

    content {
      subnet_ids         = ["subnet-0123456789abcdef0"]
      security_group_ids = ["sg-0123456789abcdef0"]
    }
  }
}

resource "aws_secretsmanager_secret_rotation" "open" {
  secret_id           = aws_secretsmanager_secret.perhaps_a_key.id
  rotation_lambda_arn = aws_lambda_function.perhaps_in_a_vpc.arn

  rotation_rules {
    automatically_after_days = 30
  }
}

# fail: 7
resource "aws_iam_role_policy" "from_a_template" {
  role   = "reader"
  policy = templatefile("${path.module}/policy.json.tftpl", { resource = "*" })
}

# unknown: 7
resource "aws_iam_role_policy" "from_an_open_template" {
  role   = "reader"
  policy = templatefile("${path.module}/policy.json.tftpl", { resource = var.key })
}
