# Terraform writes the value through a write-only argument, and never overwrites a working password.
#
# Two rules of Secrets Manager guarantee this. They hold whatever happens to Terraform's state, and after any number of
# rotations (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html):
#   - Secrets Manager attaches AWSCURRENT to the first version of a secret. A later version with another label does not
#     move AWSCURRENT. So `first` ensures that there is a current value, and never replaces one.
#   - The call that stores the value also attaches the label, and Secrets Manager never purges a version with a label. So
#     the label value-version-N shows the last stored N. If the wanted N is higher, `this` stores a new value. Otherwise,
#     `this` stores the current value again, with the other fields updated.
#
# The provider removes all labels from a version before it stores the next one. Meanwhile, `marker` keeps N. With a new
# key, Terraform stores `marker` again too, and no version has a label for a while. Then `asked` keeps N.

data "aws_secretsmanager_secret_versions" "labelled" {
  count = var.create_value ? 1 : 0

  secret_id = local.arn
}

# The last wanted version, and the value that was current then. Once another value is current, that version is stored.
resource "terraform_data" "asked" {
  count = var.create_value ? 1 : 0

  input            = { version = local.wanted_version, over = local.stored.current_id }
  triggers_replace = [local.wanted_version]

  lifecycle {
    # Keeps the value that was current when Terraform first saw the wanted version.
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

  # Terraform attaches the policy before it stores a value.
  depends_on = [aws_secretsmanager_secret_policy.this]

  lifecycle {
    # Secrets Manager attaches and removes AWSCURRENT.
    ignore_changes = [version_stages]

    precondition {
      condition     = local.has_current_value || local.new_text != null
      error_message = "${var.name} has no value yet, and no value is given. Give key_values_wo or secret_string_wo."
    }

    precondition {
      condition     = local.has_current_value || local.key_values_are_whole
      error_message = "${var.name} has no value yet, and key_values_wo has a key without a value. Give each key a value."
    }

    precondition {
      condition     = local.new_bytes <= 65536
      error_message = "The value for ${var.name} is larger than 65,536 bytes, the maximum that Secrets Manager stores. Store large data elsewhere, encrypted with a key that the secret contains."
    }
  }
}

ephemeral "aws_secretsmanager_secret_version" "current" {
  count = var.create_value ? 1 : 0

  # Terraform reads an existing current value during planning, so that the plan can refuse.
  secret_id = local.has_current_value ? aws_secretsmanager_secret.this.arn : aws_secretsmanager_secret_version.first[0].arn
}

locals {
  wanted_version = coalesce(var.value_version, 1)
  kind           = var.database == null ? "supplied" : "database"

  versions = flatten([for list in data.aws_secretsmanager_secret_versions.labelled : try([for version in list.versions : version], [])])

  # What the labels show: the current version, and the last stored version of the value.
  stored = {
    current    = try([for version in local.versions : version if contains(version.version_stages, "AWSCURRENT")][0], null)
    current_id = try([for version in local.versions : version.version_id if contains(version.version_stages, "AWSCURRENT")][0], "none")
    version    = try(max([for label in flatten(local.versions[*].version_stages) : tonumber(regex("[0-9]+", label)) if can(regex("^(last-)?value-version-[0-9]+(-[a-z]+)?$", label))]...), null)
  }
  has_current_value = local.stored.current != null
  next_version      = coalesce(local.stored.version, local.wanted_version) + 1
  changes_kind      = contains(flatten(local.versions[*].version_stages), "last-value-version-${coalesce(local.stored.version, 0)}-${local.kind == "database" ? "supplied" : "database"}")

  # The version of a rotation that has not finished. The database can already have its password. After a rotation, the
  # label can stay on a version that is current, or was current before.
  unfinished_id = try([
    for version in local.versions : version.version_id
    if contains(version.version_stages, "AWSPENDING")
    && length(setintersection(version.version_stages, ["AWSCURRENT", "AWSPREVIOUS"])) == 0
    && timecmp(version.created_time, local.stored.current.created_time) >= 0
  ][0], null)

  # If a first apply failed after it stored `first`, the next apply continues with that value, for any wanted version.
  is_unlabelled = local.has_current_value && local.stored.version == null && !try(contains(local.stored.current.version_stages, "first"), false) && !try(terraform_data.asked[0].input.over != local.stored.current_id, false)

  # A version has a string or binary data (CreateSecret). A version with neither has nothing to keep.
  current_text    = one(ephemeral.aws_secretsmanager_secret_version.current[*].secret_string)
  is_empty        = try(length(local.current_text), 0) + try(length(one(ephemeral.aws_secretsmanager_secret_version.current[*].secret_binary)), 0) == 0
  needs_new_value = local.has_current_value && (local.is_empty || try(local.wanted_version > local.stored.version, false))

  # merge() accepts only objects. A new value keeps nothing from a value of another kind.
  current_object = try({ for key, value in merge(jsondecode(local.current_text)) : key => value if !(local.changes_kind && local.needs_new_value) }, {})

  # The parts of a current database value that stay. Only text passes: length() refuses a number, and tostring() a list.
  kept = {
    password = try(length(local.current_object.password) > 0 ? tostring(local.current_object.password) : null, null)
    port     = try(tostring(local.current_object.port), null)
    defaults = { for name, value in local.default_fields : name => value if length(local.current_object) == 0 }
    username = local.needs_new_value || var.database == null ? {} : { username = try(coalesce(tostring(local.current_object.username)), var.database.username) }
  }

  # Rotation by alternating users switches between NAME and NAME_clone. The current user stays.
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

  # Other functions write the same JSON with other spaces and another order.
  changes_value = local.needs_new_value || try(jsondecode(local.value_text) != jsondecode(local.current_text), local.value_text != local.current_text)

  key_values_are_whole = alltrue([for value in values(coalesce(var.key_values_wo, {})) : value != null])

  # base64 encodes 3 bytes as 4 characters, and pads the end with "=".
  new_bytes   = length(base64encode(coalesce(local.new_text, "-"))) * 3 / 4 - length(regexall("=", base64encode(coalesce(local.new_text, "-"))))
  value_bytes = length(base64encode(coalesce(local.value_text, "-"))) * 3 / 4 - length(regexall("=", base64encode(coalesce(local.value_text, "-"))))

  # 48 bits of a hash of the fields that are not secret. Each change of them stores the value again.
  fields_hash = parseint(substr(sha256(jsonencode([merge(local.default_fields, local.fields), local.wanted_version])), 0, 12), 16)

  # Secrets Manager re-encrypts only the current, pending and previous versions with a new key. So Terraform stores the
  # versions in its state again with the new key, before it deletes the old key.
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
    # Rotation moves AWSCURRENT. Moving it back would make an old password current.
    ignore_changes       = [version_stages]
    replace_triggered_by = [aws_secretsmanager_secret_version.first] # when the key changes

    precondition {
      condition     = !local.is_unlabelled || local.wanted_version == 1
      error_message = "value_version is ${local.wanted_version}, and no label of ${local.name} says which version the current value is. Attach a label, then plan again. N = ${local.wanted_version} keeps the current value, and N = ${local.wanted_version - 1} stores a new one. The command is: aws secretsmanager update-secret-version-stage --secret-id ${local.name} --version-stage value-version-N --move-to-version-id ${local.stored.current_id}"
    }

    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
    precondition {
      condition     = local.unfinished_id == null || !local.changes_value
      error_message = "A rotation of ${local.name}, or the test of its settings, has not finished: version ${coalesce(local.unfinished_id, "-")} has AWSPENDING. If Terraform stored another value now, Secrets Manager would abandon the rotation, and the database can already have the password of that version. Wait until the rotation ends, or run secret-doctor, which says how to complete or cancel it. Then plan again."
    }

    precondition {
      condition     = local.stored.version == null || try(local.wanted_version >= local.stored.version, false)
      error_message = "value_version is ${local.wanted_version}, but version ${coalesce(local.stored.version, 0)} is stored. Terraform cannot write a lower version again. Set value_version to ${coalesce(local.stored.version, 0)} to keep the current value, or to ${local.next_version} to store a new one. To go back to the previous value, move AWSCURRENT (docs/recipes.md#roll-back)."
    }

    precondition {
      condition     = !local.changes_kind || local.needs_new_value || local.kind == "database"
      error_message = "The current value of ${local.name} is for a database, but the configuration has key_values_wo or secret_string_wo. To replace the value, set value_version to ${local.next_version} and give the new value. The new value keeps no field of the database value."
    }

    precondition {
      condition     = !local.needs_new_value || local.value_text != null
      error_message = "Terraform must store a new value, version ${local.wanted_version}, but no value is given. Give key_values_wo or secret_string_wo."
    }

    precondition {
      condition     = !local.needs_new_value || local.key_values_are_whole
      error_message = "Terraform must store a new value, version ${local.wanted_version}, but key_values_wo has a key without a value. Give each key a value. A key that you leave out stays as it is in the secret."
    }

    precondition {
      condition     = local.needs_new_value || local.current_text != null
      error_message = "The current value of ${local.name} is binary data, which this module cannot keep. To replace it, set value_version to ${local.next_version}."
    }

    precondition {
      condition     = var.database == null || local.needs_new_value || local.kept.password != null
      error_message = "The current value of ${local.name} is not a JSON object with a password in it, so there is no password to keep. Fix the value, or set value_version to ${local.next_version} for a new one."
    }

    precondition {
      condition     = var.database == null || local.needs_new_value || local.known_username
      error_message = "The current value of ${local.name} belongs to another user than \"${try(var.database.username, "null")}\", so Terraform cannot keep its password. Keep the user name, or set value_version to ${local.next_version} for a new password for the new user."
    }

    precondition {
      condition     = local.port_is_known
      error_message = "The current value of ${local.name} is for another database engine, and its port is not the default of this engine. Give database.port. Otherwise, the port would stay as it is."
    }

    precondition {
      condition     = local.value_bytes <= 65536
      error_message = "The value of ${local.name} is larger than 65,536 bytes, the maximum that Secrets Manager stores. Store large data elsewhere, encrypted with a key that the secret contains."
    }
  }
}

# This version never has AWSCURRENT, so rotation does not change it. Its label changes in place, after the value is
# stored.
resource "aws_secretsmanager_secret_version" "marker" {
  count = var.create_value ? 1 : 0

  secret_id                = aws_secretsmanager_secret.this.arn
  version_stages           = ["last-value-version-${local.wanted_version}-${local.kind}"]
  secret_string_wo         = "The label of this version says which version of the value Terraform stored last."
  secret_string_wo_version = local.key_hash

  depends_on = [aws_secretsmanager_secret_version.this]
}
