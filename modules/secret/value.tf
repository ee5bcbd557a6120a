# How the value is written: once, by a write-only argument, and never over a password that works.
#
# The version that Terraform writes carries a staging label, value-version-N. Secrets Manager attaches it in the same
# call that stores the value, and a version with a label is never purged. So Secrets Manager itself knows which N was
# last written, whatever happened to Terraform's state and however often the secret was rotated since:
#   - N asked for is above the label: store a new value;
#   - otherwise: read the live value and store it again, with the other fields brought up to date.

data "aws_secretsmanager_secrets" "with_same_prefix" {
  filter {
    name   = "name"
    values = [var.name]
  }
}

data "aws_secretsmanager_secret_versions" "labelled" {
  count = local.live_arn == null ? 0 : 1

  secret_id = local.live_arn
}

ephemeral "aws_secretsmanager_secret_version" "live" {
  count = local.has_live_value && !var.container_only ? 1 : 0

  secret_id = local.live_arn
}

ephemeral "aws_secretsmanager_random_password" "new" {
  count = local.needs_new_value && var.password != null ? 1 : 0

  password_length            = var.password.length
  exclude_characters         = var.password.exclude_characters
  exclude_lowercase          = var.password.exclude_lowercase
  exclude_uppercase          = var.password.exclude_uppercase
  exclude_numbers            = var.password.exclude_numbers
  exclude_punctuation        = var.password.exclude_punctuation
  include_space              = var.password.include_space
  require_each_included_type = var.password.require_each_included_type
}

locals {
  label_prefix   = "value-version-"
  wanted_version = try(var.password.version, var.value_version)

  # Secrets Manager's name filter matches prefixes; an ARN ends in the name, a hyphen and six characters.
  live_arn = one([
    for arn in data.aws_secretsmanager_secrets.with_same_prefix.arns : arn
    if substr(split(":", arn)[6], 0, length(split(":", arn)[6]) - 7) == var.name
  ])
  live_labels    = flatten([for list in data.aws_secretsmanager_secret_versions.labelled : try(list.versions[*].version_stages, [])])
  has_live_value = contains(local.live_labels, "AWSCURRENT")
  live_versions  = [for label in local.live_labels : try(tonumber(trimprefix(label, local.label_prefix)), 0) if startswith(label, local.label_prefix)]
  live_version   = try(max(local.live_versions...), null)

  # A live value without our label was made by somebody else: adopt it, whatever version is asked for.
  needs_new_value = !local.has_live_value || try(local.wanted_version > local.live_version, false)

  live_text   = one(ephemeral.aws_secretsmanager_secret_version.live[*].secret_string)
  live_object = try({ for key, value in jsondecode(local.live_text) : key => value }, {})

  # A rotation by alternating users moves between NAME and NAME_clone: the live one of the two stays.
  username       = try(var.fields.username, null)
  live_username  = try(local.live_object.username, null)
  known_username = contains([local.username, "${coalesce(local.username, "none")}_clone"], coalesce(local.live_username, local.username, "none"))
  kept_username  = local.needs_new_value || local.username == null ? {} : { username = coalesce(local.live_username, local.username) }

  password = local.needs_new_value ? try(coalesce(var.password_value, one(ephemeral.aws_secretsmanager_random_password.new[*].random_password)), null) : try(local.live_object.password, null)

  generated_text = jsonencode(merge(local.live_object, var.fields, local.kept_username, { password = local.password }))
  supplied_text  = var.key_values == null ? try(coalesce(var.text, var.binary), null) : jsonencode(merge(local.live_object, var.key_values))

  value_text   = var.password != null ? local.generated_text : local.needs_new_value ? local.supplied_text : local.live_text
  value_base64 = base64encode(coalesce(local.value_text, "-"))
  # base64 writes 4 characters for 3 bytes and pads the last with "=".
  value_bytes = length(local.value_base64) * 3 / 4 - length(regexall("=", local.value_base64))
}

resource "aws_secretsmanager_secret_version" "this" {
  count = var.container_only ? 0 : 1

  secret_id        = aws_secretsmanager_secret.this.arn
  version_stages   = ["AWSCURRENT", "${local.label_prefix}${local.wanted_version}"]
  secret_string_wo = local.value_text

  # Writes once for each change of what is not secret: 48 bits of its hash.
  secret_string_wo_version = parseint(substr(sha256(jsonencode([var.fields, local.wanted_version])), 0, 12), 16)

  # The policy stands before there is a value to protect.
  depends_on = [aws_secretsmanager_secret_policy.this]

  lifecycle {
    # Rotation moves AWSCURRENT on; moving it back would bring an old password to life.
    ignore_changes = [version_stages]

    precondition {
      condition     = !local.needs_new_value || local.value_text != null
      error_message = "Version ${local.wanted_version} of the value is to be stored, but no value is given. Give one of key_values, text and binary."
    }

    precondition {
      condition     = !local.needs_new_value || alltrue([for value in values(coalesce(var.key_values, {})) : value != null])
      error_message = "Version ${local.wanted_version} of the value is to be stored, but key_values has a key without a value. Give each key its value; a key that is left out stays as it is in the secret."
    }

    precondition {
      condition     = local.live_version == null || try(local.wanted_version >= local.live_version, false)
      error_message = "Version ${local.wanted_version} of the value is asked for, but version ${coalesce(local.live_version, 0)} is live. A lower version cannot be written again: ask for ${coalesce(local.live_version, 0)} to keep the live value or for ${coalesce(local.live_version, 0) + 1} to store a new one. To go back to the value before, move AWSCURRENT (docs/recipes.md#roll-back)."
    }

    precondition {
      condition     = local.needs_new_value || local.live_text != null
      error_message = "The live value of ${var.name} is binary data, which this module cannot keep. Ask for version ${local.wanted_version + 1} to replace it."
    }

    precondition {
      condition     = var.password == null || local.needs_new_value || try(length(local.live_object.password) > 0, false)
      error_message = "The live value of ${var.name} is not a JSON object with a password in it, so there is no password to keep. Mend the value, or ask for password.version ${local.wanted_version + 1} to have a new one."
    }

    precondition {
      condition     = var.password == null || local.needs_new_value || local.known_username
      error_message = "The live value of ${var.name} belongs to another user than \"${coalesce(local.username, "null")}\", so its password cannot be kept. Keep the user name, or ask for password.version ${local.wanted_version + 1} to have a new password for the new user."
    }

    precondition {
      condition     = local.value_bytes <= 65536
      error_message = "The value of ${var.name} is larger than 65,536 bytes, the most that Secrets Manager stores. Keep large data elsewhere, encrypted by a key that stands in the secret."
    }
  }
}

check "version_label" {
  assert {
    condition     = !local.has_live_value || local.live_version != null || var.container_only || coalesce(local.wanted_version, 1) == 1
    error_message = "Secrets Manager holds a value of ${var.name} without a label that says which version it is. The live value is kept and becomes version ${coalesce(local.wanted_version, 1)}. To store a new one, apply, then ask for version ${coalesce(local.wanted_version, 1) + 1}."
  }
}
