# The key that encrypts the secret: one of its own, an existing one, or the AWS managed key (no KMS key here at all).

resource "aws_kms_key" "this" {
  count = local.creates_key ? 1 : 0

  description             = substr("Encrypts the secret ${local.name}", 0, 8192)
  policy                  = module.policies.resource_policies_json.key
  enable_key_rotation     = true
  rotation_period_in_days = coalesce(var.key.rotation_period_in_days, 365)
  deletion_window_in_days = var.key.deletion_window_in_days
  tags                    = var.tags

  lifecycle {
    # What the key encrypts moves to another key first. A key whose deletion is scheduled decrypts nothing any more.
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
      error_message = "The key ${self.arn} is ${self.key_state}, so no value could be encrypted or read with it. Enable it (aws kms enable-key, or cancel-key-deletion first), or name another key."
    }

    postcondition {
      condition     = self.key_spec == "SYMMETRIC_DEFAULT" && self.key_usage == "ENCRYPT_DECRYPT"
      error_message = "The key ${self.arn} is a ${self.key_spec} key for ${self.key_usage}. Secrets Manager needs a symmetric encryption key: name one."
    }
  }
}

# Tells whether the secret still has a customer managed key.
data "aws_secretsmanager_secret" "current" {
  count = var.key.aws_managed ? 1 : 0

  arn = local.arn
}

locals {
  creates_key = !var.key.aws_managed && var.key.existing == null
  key_arn     = try(aws_kms_key.this[0].arn, data.aws_kms_key.existing[0].arn, var.key.existing.arn, null)
  current_key = try(coalesce(data.aws_secretsmanager_secret.current[0].kms_key_id), "")

  # An alias has fewer characters than a name: a hash tells apart what would be the same alias, as of a.b and a-b.
  name_is_alias = can(regex("^[A-Za-z0-9_-][A-Za-z0-9/_-]*$", local.name)) && length(local.name) <= 241 && !startswith(local.name, "aws/")
  key_alias     = local.name_is_alias ? "alias/${local.name}" : "alias/${substr(replace(replace(trimprefix(local.name, "/"), "/^aws\\//", "aws-"), "/[^A-Za-z0-9/_-]/", "-"), 0, 241)}-${substr(sha256(local.name), 0, 8)}"
}
