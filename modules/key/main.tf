resource "aws_kms_key" "this" {
  count = var.existing == null ? 1 : 0

  description             = var.description
  policy                  = var.policy_json
  enable_key_rotation     = true
  rotation_period_in_days = var.rotation_period_in_days
  deletion_window_in_days = var.deletion_window_in_days
  tags                    = var.tags

  lifecycle {
    # What the key encrypts moves to another key first. A key whose deletion is scheduled decrypts nothing any more.
    create_before_destroy = true

    precondition {
      condition     = length(var.policy_json) <= 32768
      error_message = "The key policy has ${length(var.policy_json)} characters; KMS takes 32,768 at most. Give fewer or shorter statements."
    }
  }
}

resource "aws_kms_alias" "this" {
  count = var.existing == null ? 1 : 0

  name          = var.alias
  target_key_id = aws_kms_key.this[0].key_id
}

data "aws_kms_key" "existing" { # "couldn't find resource"? No key has this ARN or alias in this account and region: check key.existing
  count = var.existing == null ? 0 : 1

  key_id = try(coalesce(var.existing.arn, var.existing.alias), "alias/none")

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
