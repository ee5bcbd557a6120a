# How the value is written: by a write-only argument, and never over a password that works.
#
# Two rules of Secrets Manager carry it, whatever happened to Terraform's state and however often the secret was rotated
# (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html):
#   - The first version of a secret gets AWSCURRENT by itself. A later one that asks for another label takes AWSCURRENT
#     from no version. So `first` makes sure that there is a current value, and never replaces one.
#   - A label is attached in the call that stores the value, and a version with a label is never purged. So the label
#     value-version-N says which N was stored last. If the N asked for is above it, `this` stores a new value. Otherwise
#     `this` stores the current value again, with the other fields brought up to date.
#
# The provider takes all labels from a version before it stores the next one. Meanwhile `marker` keeps N. Under another key
# `marker` is stored again too, and no version has a label for a while: then `asked` tells N.

data "aws_secretsmanager_secret_versions" "labelled" {
  count = var.create_value ? 1 : 0

  secret_id = local.arn
}

# Which version was asked for last, and over which current value. Once another value is current, the version is stored.
resource "terraform_data" "asked" {
  count = var.create_value ? 1 : 0

  input            = { version = local.wanted_version, over = local.stored.current_id }
  triggers_replace = [local.wanted_version]

  lifecycle {
    # What was current when the version was asked for stays so.
    ignore_changes = [input]
  }
}

ephemeral "aws_secretsmanager_random_password" "new" {
  count = var.database == null ? 0 : 1

  password_length            = local.password.length
  exclude_characters         = local.password.exclude_characters
  exclude_lowercase          = local.password.exclude_lowercase
  exclude_uppercase          = local.password.exclude_uppercase
  exclude_numbers            = local.password.exclude_numbers
  exclude_punctuation        = local.password.exclude_punctuation
  include_space              = local.password.include_space
  require_each_included_type = local.password.require_each_included_type
}

resource "aws_secretsmanager_secret_version" "first" {
  count = var.create_value ? 1 : 0

  secret_id                = aws_secretsmanager_secret.this.arn
  version_stages           = ["first"]
  secret_string_wo         = coalesce(local.new_text, "-")
  secret_string_wo_version = local.key_hash

  # The policy applies before there is a value to protect.
  depends_on = [aws_secretsmanager_secret_policy.this]

  lifecycle {
    # Secrets Manager attaches AWSCURRENT and takes it away.
    ignore_changes = [version_stages]

    precondition {
      condition     = local.has_current_value || local.new_text != null
      error_message = "${var.name} holds no value yet, and no value is given. Give key_values_wo or secret_string_wo."
    }

    precondition {
      condition     = local.has_current_value || local.key_values_are_whole
      error_message = "${var.name} holds no value yet, and key_values_wo has a key without a value. Give each key its value."
    }

    precondition {
      condition     = local.new_bytes <= 65536
      error_message = "The value for ${var.name} is larger than 65,536 bytes, the most that Secrets Manager stores. Keep large data elsewhere, encrypted by a key that is stored in the secret."
    }
  }
}

ephemeral "aws_secretsmanager_secret_version" "current" {
  count = var.create_value ? 1 : 0

  # A current value that is there for sure is read while planning, so that the plan can refuse.
  secret_id = local.has_current_value ? aws_secretsmanager_secret.this.arn : aws_secretsmanager_secret_version.first[0].arn
}

locals {
  wanted_version = coalesce(var.value_version, 1)
  kind           = var.database == null ? "supplied" : "database"

  versions = flatten([for list in data.aws_secretsmanager_secret_versions.labelled : try([for version in list.versions : version], [])])

  # What the labels tell: which version is current, and which version of the value was stored last.
  stored = {
    current    = try([for version in local.versions : version if contains(version.version_stages, "AWSCURRENT")][0], null)
    current_id = try([for version in local.versions : version.version_id if contains(version.version_stages, "AWSCURRENT")][0], "none")
    version    = try(max([for label in flatten(local.versions[*].version_stages) : tonumber(regex("[0-9]+", label)) if can(regex("^(last-)?value-version-[0-9]+(-[a-z]+)?$", label))]...), null)
  }
  has_current_value = local.stored.current != null
  next_version      = coalesce(local.stored.version, local.wanted_version) + 1
  changes_kind      = contains(flatten(local.versions[*].version_stages), "last-value-version-${coalesce(local.stored.version, 0)}-${local.kind == "database" ? "supplied" : "database"}")

  # A first apply that failed after `first` was stored goes on with its value, whatever version it asks for.
  is_unlabelled = local.has_current_value && local.stored.version == null && !try(contains(local.stored.current.version_stages, "first"), false) && !try(terraform_data.asked[0].input.over != local.stored.current_id, false)

  # A version has a string or binary data (CreateSecret); in one that has neither there is nothing to keep.
  current_text    = one(ephemeral.aws_secretsmanager_secret_version.current[*].secret_string)
  is_empty        = try(length(local.current_text), 0) + try(length(one(ephemeral.aws_secretsmanager_secret_version.current[*].secret_binary)), 0) == 0
  needs_new_value = local.has_current_value && (local.is_empty || try(local.wanted_version > local.stored.version, false))

  # merge() takes objects only. A new value takes nothing from one of another kind.
  current_object = try({ for key, value in merge(jsondecode(local.current_text)) : key => value if !(local.changes_kind && local.needs_new_value) }, {})

  # What stays of the current value of a database. Text only: length() takes no number, tostring() no list.
  kept = {
    password = try(length(local.current_object.password) > 0 ? tostring(local.current_object.password) : null, null)
    port     = try(tostring(local.current_object.port), null)
    defaults = { for name, value in local.default_fields : name => value if length(local.current_object) == 0 }
    username = local.needs_new_value || var.database == null ? {} : { username = try(coalesce(tostring(local.current_object.username)), var.database.username) }
  }

  # A rotation by alternating users moves between NAME and NAME_clone: the current one of the two stays.
  known_username = try(contains([var.database.username, "${var.database.username}_clone"], coalesce(local.current_object.username, var.database.username)), var.database == null || !can(local.current_object.username))
  port_is_known  = local.kept.port == null || can(local.fields.port) || try(local.current_object.engine == local.fields.engine, true) || local.kept.port == try(tostring(local.default_fields.port), null)

  new_password = var.database == null ? null : coalesce(var.password_wo, one(ephemeral.aws_secretsmanager_random_password.new[*].random_password))
  new_text = var.database != null ? jsonencode(merge(local.default_fields, local.fields, { password = local.new_password })) : (
    var.key_values_wo == null ? var.secret_string_wo : jsonencode(var.key_values_wo)
  )
  value_text = (
    var.database != null ? jsonencode(merge(local.kept.defaults, local.current_object, local.fields, local.kept.username, { password = local.needs_new_value ? local.new_password : local.kept.password })) :
    !local.needs_new_value ? local.current_text :
    var.key_values_wo == null ? var.secret_string_wo : jsonencode(merge(local.current_object, var.key_values_wo))
  )

  key_values_are_whole = alltrue([for value in values(coalesce(var.key_values_wo, {})) : value != null])

  # base64 writes 4 characters for 3 bytes and pads the last with "=".
  new_bytes   = length(base64encode(coalesce(local.new_text, "-"))) * 3 / 4 - length(regexall("=", base64encode(coalesce(local.new_text, "-"))))
  value_bytes = length(base64encode(coalesce(local.value_text, "-"))) * 3 / 4 - length(regexall("=", base64encode(coalesce(local.value_text, "-"))))

  # 48 bits of a hash of what is not secret, for each change of which the value is stored again.
  fields_hash = parseint(substr(sha256(jsonencode([merge(local.default_fields, local.fields), local.wanted_version])), 0, 12), 16)

  # A version stays under the key that it was stored with, unless it is current, pending or previous. So what the state
  # keeps is stored again under a new key, before the old key goes.
  # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html
  key_hash = parseint(substr(sha256(coalesce(local.key_arn, "aws/secretsmanager")), 0, 12), 16)
}

resource "aws_secretsmanager_secret_version" "this" {
  count = var.create_value ? 1 : 0

  secret_id                = aws_secretsmanager_secret.this.arn
  version_stages           = ["AWSCURRENT", "value-version-${local.wanted_version}"]
  secret_string_wo         = local.value_text
  secret_string_wo_version = local.fields_hash

  lifecycle {
    # Rotation moves AWSCURRENT on. To move it back would make an old password current.
    ignore_changes       = [version_stages]
    replace_triggered_by = [aws_secretsmanager_secret_version.first] # with another key

    precondition {
      condition     = !local.is_unlabelled || local.wanted_version == 1
      error_message = "Version ${local.wanted_version} of the value is asked for, and no label of ${local.name} says which version the current value is. Say it, then plan again: aws secretsmanager update-secret-version-stage --secret-id ${local.name} --version-stage value-version-N --move-to-version-id ${local.stored.current_id}, with N = ${local.wanted_version} to keep the current value, or N = ${local.wanted_version - 1} to store a new one."
    }

    precondition {
      condition     = local.stored.version == null || try(local.wanted_version >= local.stored.version, false)
      error_message = "Version ${local.wanted_version} of the value is asked for, but version ${coalesce(local.stored.version, 0)} is stored. A lower version cannot be written again: ask for ${coalesce(local.stored.version, 0)} to keep the current value or for ${local.next_version} to store a new one. To go back to the value before, move AWSCURRENT (docs/recipes.md#roll-back)."
    }

    precondition {
      condition     = !local.changes_kind || local.needs_new_value || local.kind == "database"
      error_message = "The current value of ${local.name} is for a database, and key_values_wo or secret_string_wo is to replace it. Ask for value_version ${local.next_version} and give the value; nothing of the database's stays in it."
    }

    precondition {
      condition     = !local.needs_new_value || local.value_text != null
      error_message = "Version ${local.wanted_version} of the value is to be stored, but no value is given. Give key_values_wo or secret_string_wo."
    }

    precondition {
      condition     = !local.needs_new_value || local.key_values_are_whole
      error_message = "Version ${local.wanted_version} of the value is to be stored, but key_values_wo has a key without a value. Give each key its value; a key that is left out stays as it is in the secret."
    }

    precondition {
      condition     = local.needs_new_value || local.current_text != null
      error_message = "The current value of ${local.name} is binary data, which this module cannot keep. Ask for version ${local.next_version} to replace it."
    }

    precondition {
      condition     = var.database == null || local.needs_new_value || local.kept.password != null
      error_message = "The current value of ${local.name} is not a JSON object with a password in it, so there is no password to keep. Fix the value, or ask for value_version ${local.next_version} to have a new one."
    }

    precondition {
      condition     = var.database == null || local.needs_new_value || local.known_username
      error_message = "The current value of ${local.name} belongs to another user than \"${try(var.database.username, "null")}\", so its password cannot be kept. Keep the user name, or ask for value_version ${local.next_version} to have a new password for the new user."
    }

    precondition {
      condition     = local.port_is_known
      error_message = "The current value of ${local.name} is for another database engine, on a port that is not this engine's own. Name database.port, which would otherwise stay as it is."
    }

    precondition {
      condition     = local.value_bytes <= 65536
      error_message = "The value of ${local.name} is larger than 65,536 bytes, the most that Secrets Manager stores. Keep large data elsewhere, encrypted by a key that is stored in the secret."
    }
  }
}

# Never AWSCURRENT, so rotation does not touch it. Its label changes in place, after the value is stored.
resource "aws_secretsmanager_secret_version" "marker" {
  count = var.create_value ? 1 : 0

  secret_id                = aws_secretsmanager_secret.this.arn
  version_stages           = ["last-value-version-${local.wanted_version}-${local.kind}"]
  secret_string_wo         = "The label of this version says which version of the value Terraform stored last."
  secret_string_wo_version = local.key_hash

  depends_on = [aws_secretsmanager_secret_version.this]
}
