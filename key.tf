# The key that encrypts the secret: a new key, an existing key, or the AWS managed key (which needs no KMS key here).

resource "aws_kms_key" "this" {
  count = local.creates_key ? 1 : 0

  description             = "Encrypts the secret ${local.name}"
  policy                  = module.policies.resource_policies_json.key
  enable_key_rotation     = true
  rotation_period_in_days = coalesce(var.key.rotation_period_in_days, 365)
  deletion_window_in_days = coalesce(var.key.deletion_window_in_days, 30)
  tags                    = var.tags

  lifecycle {
    # The secret moves to its next key first, because a key with a scheduled deletion cannot decrypt.
    create_before_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  count = local.creates_key ? 1 : 0

  name          = local.key_alias
  target_key_id = aws_kms_key.this[0].key_id
}

data "aws_kms_key" "existing" { # "couldn't find resource"? No key has this alias in this account and region: check key.existing
  count = try(var.key.existing.alias, null) == null ? 0 : 1

  key_id = var.key.existing.alias

  lifecycle {
    postcondition {
      condition     = self.key_state == "Enabled"
      error_message = "The key ${self.arn} is ${self.key_state}, so it cannot encrypt or decrypt a value. To enable it, run aws kms enable-key, after aws kms cancel-key-deletion if its deletion is scheduled. Or name another key."
    }

    postcondition {
      condition     = self.key_spec == "SYMMETRIC_DEFAULT" && self.key_usage == "ENCRYPT_DECRYPT"
      error_message = "The key ${self.arn} is a ${self.key_spec} key for ${self.key_usage}. Secrets Manager needs a symmetric encryption key. Name one."
    }
  }
}

# Shows whether the secret still has a customer managed key.
data "aws_secretsmanager_secret" "current" {
  count = var.key.aws_managed ? 1 : 0

  arn = local.arn
}

locals {
  creates_key = !var.key.aws_managed && var.key.existing == null
  key_arn     = try(aws_kms_key.this[0].arn, data.aws_kms_key.existing[0].arn, var.key.existing.arn, null)
  current_key = try(coalesce(data.aws_secretsmanager_secret.current[0].kms_key_id), "")

  # An alias allows fewer characters than a name. A hash distinguishes names that give the same alias, such as a.b and
  # a-b.
  name_is_alias = can(regex("^[A-Za-z0-9_-][A-Za-z0-9/_-]*$", local.name)) && length(local.name) <= 241 && !startswith(local.name, "aws/")
  key_alias     = local.name_is_alias ? "alias/${local.name}" : "alias/${substr(replace(replace(trimprefix(local.name, "/"), "/^aws\\//", "aws-"), "/[^A-Za-z0-9/_-]/", "-"), 0, 241)}-${substr(sha256(local.name), 0, 8)}"
}
