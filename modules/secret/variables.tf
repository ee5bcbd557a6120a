variable "name" {
  description = <<-EOT
    Name of the secret, hierarchical by slashes, as in `vpc-tutorial/database/credentials`: 1 to 512 of the characters `A-Z a-z 0-9 / _ + = . @ -`.
    Levels are separated by one slash; a slash may start the name and must not end it. The name of a secret cannot change.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
  EOT
  type        = string
  nullable    = false

  validation {
    # A counted repetition ({1,512}) is a large pattern, which takes Terraform milliseconds to make ready.
    condition     = can(regex("^[A-Za-z0-9/_+=.@-]+$", var.name)) && length(var.name) <= 512
    error_message = "name is ${jsonencode(var.name)} (${length(var.name)} characters). Use 1 to 512 of the characters A-Z a-z 0-9 / _ + = . @ -."
  }

  validation {
    condition     = !can(regex("(//)|(/$)", var.name))
    error_message = "name \"${var.name}\" has an empty level. Separate levels by one slash, with none at the end."
  }
}

variable "description" {
  description = "What the secret is for, at most 2,048 characters. Not secret: everybody who may list secrets reads it."
  type        = string
  default     = null

  validation {
    # By character: length() alone takes letters with their accents for one.
    condition     = try(length(split("", var.description)) <= 2048, var.description == null)
    error_message = "description has ${try(length(split("", var.description)), 0)} characters. Use 2,048 at most."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the value. Null: the AWS managed key `aws/secretsmanager`."
  type        = string
  default     = null
}

variable "aws_managed_key" {
  description = "Whether the AWS managed key `aws/secretsmanager` encrypts the value. Needs `kms_key_arn = null`."
  type        = bool
  default     = false
  nullable    = false
}

variable "policy_json" {
  description = "The secret's resource policy as JSON, at most 20,480 characters. A policy that allows everybody is refused."
  type        = string
  nullable    = false
}

variable "recovery_window_in_days" {
  description = "How many days a deleted secret can still be restored: 7 to 30. 0 deletes it at once and for ever."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains(concat([0], range(7, 31)), var.recovery_window_in_days)
    error_message = "recovery_window_in_days is ${var.recovery_window_in_days}. Use a whole number from 7 to 30, or 0 to delete at once and for ever."
  }
}

variable "replicas" {
  description = "Other regions to copy the secret to, by region name. `kms_key_arn`: ARN of a key in that region, or of a multi-Region key's replica there, which encrypts the copy."
  type = map(object({
    kms_key_arn = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for region in keys(var.replicas) : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "replicas has the keys ${join(", ", keys(var.replicas))}. Each key must be the name of a region, like eu-west-1."
  }

  validation {
    condition     = alltrue([for region, replica in var.replicas : can(regex("^arn:aws[a-z-]*:kms:${region}:[0-9]{12}:key/[A-Za-z0-9-]+$", replica.kms_key_arn))])
    error_message = "replicas: the copy in ${join(", ", [for region, replica in var.replicas : region if !can(regex("^arn:aws[a-z-]*:kms:${region}:[0-9]{12}:key/[A-Za-z0-9-]+$", replica.kms_key_arn))])} has no key of its own region. Give kms_key_arn as arn:aws:kms:REGION:ACCOUNT:key/ID with the copy's region."
  }
}

variable "force_overwrite_replica_secret" {
  description = "Whether a copy overwrites a secret of this name that the other region holds. Otherwise such a copy fails."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of the secret: at most 50, keys of 1 to 128 characters, values of at most 256. Keys must not start with `aws:`. Not secret."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = !anytrue([for key in keys(var.tags) : startswith(lower(key), "aws:")])
    error_message = "tags has ${join(", ", [for key in keys(var.tags) : key if startswith(lower(key), "aws:")])}. AWS keeps keys that start with \"aws:\" to itself: choose another name."
  }

  validation {
    condition     = length(var.tags) <= 50
    error_message = "tags has ${length(var.tags)} entries. AWS takes 50 at most."
  }

  validation {
    condition     = alltrue([for key, value in var.tags : can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]+$", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]*$", value)) && length(split("", key)) <= 128 && try(length(split("", value)) <= 256, false)])
    error_message = "tags: ${join(", ", [for key, value in var.tags : key if !can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]+$", key)) || !can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]*$", value)) || length(split("", key)) > 128 || try(length(split("", value)) > 256, true)])} is not valid. Keys take 1 to 128 and values 0 to 256 letters, numbers, spaces and _ . : / = + - @."
  }
}

variable "rotation" {
  description = <<-EOT
    Rotates the value by a Lambda function, `function_arn`, which Secrets Manager may invoke.
    - `days`: days between two rotations, 1 to 1000; or `schedule`: `rate(NUMBER hours|days)`, at least 4 hours, or `cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR)` in UTC, on the hour.
    - `window`: hours within which a rotation begins, `1h` to `24h`. Default: to the end of the day, or one hour for a schedule in hours.
    - `rotate_immediately`: whether to rotate at once when rotation is enabled or changed.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
  EOT
  type = object({
    function_arn       = string
    days               = optional(number)
    schedule           = optional(string)
    window             = optional(string)
    rotate_immediately = optional(bool, true)
  })
  default = null

  validation {
    condition     = var.rotation == null || (try(var.rotation.days, null) == null) != (try(var.rotation.schedule, null) == null)
    error_message = "rotation has ${try(var.rotation.days, null) == null ? "neither" : "both"} days ${try(var.rotation.days, null) == null ? "nor" : "and"} schedule. Give one of them."
  }

  validation {
    condition     = try(var.rotation.days, null) == null || try(var.rotation.days >= 1 && var.rotation.days <= 1000 && floor(var.rotation.days) == var.rotation.days, false)
    error_message = "rotation.days is ${coalesce(try(var.rotation.days, null), 0)}. Secrets Manager takes a whole number from 1 to 1000."
  }

  validation {
    condition     = try(var.rotation.schedule, null) == null || can(regex(local.schedule_expression, var.rotation.schedule))
    error_message = "rotation.schedule is ${jsonencode(try(var.rotation.schedule, null))}. Give rate(10 days), rate(4 hours) to rate(999 hours), or cron(0 HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK *) in UTC, as cron(0 16 1,15 * ? *): minutes are 0, hours at least 4 apart, one of the two days is ?, and the year is *."
  }

  validation {
    condition     = try(var.rotation.window, null) == null || can(regex("^([1-9]|1[0-9]|2[0-4])h$", var.rotation.window))
    error_message = "rotation.window is ${jsonencode(try(var.rotation.window, null))}. Give hours, from 1h to 24h."
  }

  validation {
    condition     = try(tonumber(trimsuffix(var.rotation.window, "h")) <= tonumber(regex("^rate\\(([0-9]+) hours\\)$", var.rotation.schedule)[0]), true)
    error_message = "rotation.window, ${jsonencode(try(var.rotation.window, null))}, is longer than the time between two rotations, ${jsonencode(try(var.rotation.schedule, null))}. Make it at most as long."
  }

  validation {
    condition     = try(tonumber(regex("^cron\\(0 ([0-9]+) ", var.rotation.schedule)[0]) + tonumber(trimsuffix(var.rotation.window, "h")) <= 24, true)
    error_message = "rotation.window, ${jsonencode(try(var.rotation.window, null))}, goes past the end of the UTC day on which ${jsonencode(try(var.rotation.schedule, null))} starts it. Shorten it, or start earlier."
  }

  validation {
    condition     = var.rotation == null || !var.container_only
    error_message = "rotation is given with container_only, so that there is no value to rotate. Give a value, or remove rotation until somebody has stored one."
  }
}

locals {
  # https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
  schedule_expression = replace(replace(replace(replace(
    "^(rate\\(([4-9]|[1-9][0-9]{1,2}) hours\\)|rate\\(1 day\\)|rate\\(([2-9]|[1-9][0-9]{1,2}) days\\)|cron\\(0 (<hour>(,<hour>)*|(\\*|<hour>(-<hour>)?)?/([4-9]|1[0-9]|2[0-3])) (((\\*|<day>)([,-]<day>|/[1-9][0-9]?)*|L|<weekday>L) (\\*|<month>)([,-]<month>|/[1-9][0-9]?)* \\?|\\? (\\*|<month>)([,-]<month>|/[1-9][0-9]?)* ((\\*|<weekday>)([,-]<weekday>|/[1-9][0-9]?)*|L|<weekday>(L|#[1-5]))) \\*\\))$",
    "<hour>", "([01]?[0-9]|2[0-3])"),
    "<day>", "(0?[1-9]|[12][0-9]|3[01])"),
    "<month>", "(0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"),
    "<weekday>", "([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)",
  )
}

# The value: one of password (with fields), value_version (with key_values, text or binary), container_only.

variable "fields" {
  description = "Fields of the JSON value that are not secret, like `username` and `host`; stored beside a generated password. A field that is left out is not managed: the secret keeps what it has. Needs `password`."
  type        = any
  default     = {}
  nullable    = false

  validation {
    condition     = length(keys(var.fields)) == 0 || var.password != null
    error_message = "fields is given without password. Fields stand beside a generated password: give password = {}, or store everything as key_values."
  }

  validation {
    condition     = !contains(keys(var.fields), "password")
    error_message = "fields has a password in it, which would stand in the plan and the state. Give it as password_value."
  }
}

variable "default_fields" {
  description = "Fields of the JSON value that only a first value takes, where `fields` does not have them. A value that is there keeps its own."
  type        = any
  default     = {}
  nullable    = false
}

variable "password" {
  description = <<-EOT
    Stores a JSON value with a password that Secrets Manager generates (GetRandomPassword). Null: no generated password.
    - `version`: whole number from 1; raise it by one to store a new password. Nothing else makes a new one.
    - `length`: 8 to 4096 characters.
    - `exclude_characters`: characters that the password must not have. Default: those that a database engine refuses or that end a URI, a connection string or a shell word.
    - `exclude_lowercase`, `exclude_uppercase`, `exclude_numbers`, `exclude_punctuation`: leave a whole class out.
    - `include_space`: allow the space.
    - `require_each_included_type`: at least one character of each class that is not left out.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
  EOT
  type = object({
    version                    = optional(number, 1)
    length                     = optional(number, 32)
    exclude_characters         = optional(string, "\"#$%&'/:;?@[\\]`{|}")
    exclude_lowercase          = optional(bool, false)
    exclude_uppercase          = optional(bool, false)
    exclude_numbers            = optional(bool, false)
    exclude_punctuation        = optional(bool, false)
    include_space              = optional(bool, false)
    require_each_included_type = optional(bool, true)
  })
  default = null

  validation {
    condition     = try(var.password.version >= 1 && var.password.version <= 1000000000 && floor(var.password.version) == var.password.version, var.password == null)
    error_message = "password.version is ${try(var.password.version, 0)}. Use a whole number from 1 to 1,000,000,000."
  }

  validation {
    condition     = try(var.password.length >= 8 && var.password.length <= 4096 && floor(var.password.length) == var.password.length, var.password == null)
    error_message = "password.length is ${try(var.password.length, 0)}. Use a whole number from 8 to 4096."
  }

  validation {
    condition     = length(split("", try(var.password.exclude_characters, ""))) <= 4096
    error_message = "password.exclude_characters has ${length(split("", try(var.password.exclude_characters, "")))} characters. GetRandomPassword takes 4,096 at most."
  }

  validation {
    condition = try(length(setsubtract(split("", join("", values(local.password_classes))), split("", join("", [
      var.password.exclude_characters,
      var.password.exclude_lowercase ? local.password_classes.lowercase : "",
      var.password.exclude_uppercase ? local.password_classes.uppercase : "",
      var.password.exclude_numbers ? local.password_classes.numbers : "",
      var.password.exclude_punctuation ? local.password_classes.punctuation : "",
    ])))) > 0, var.password == null)
    error_message = "password leaves no character to make a password of: every class is excluded, as a whole or by exclude_characters. Exclude less."
  }

  validation {
    condition = !try(var.password.require_each_included_type, false) || alltrue([
      for class, excluded in {
        lowercase   = try(var.password.exclude_lowercase, false)
        uppercase   = try(var.password.exclude_uppercase, false)
        numbers     = try(var.password.exclude_numbers, false)
        punctuation = try(var.password.exclude_punctuation, false)
      } : excluded || length(setsubtract(split("", local.password_classes[class]), split("", try(var.password.exclude_characters, "")))) > 0
    ])
    error_message = "password.exclude_characters ${jsonencode(try(var.password.exclude_characters, ""))} leaves nothing of a class of which the password must have one. Exclude that class as a whole (exclude_numbers = true, say), or set require_each_included_type = false."
  }
}

locals {
  # The classes that GetRandomPassword draws on.
  password_classes = {
    lowercase   = "abcdefghijklmnopqrstuvwxyz"
    uppercase   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    numbers     = "0123456789"
    punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
  }
}

variable "password_value" {
  description = "A password of your own in place of a generated one; ephemeral. Stored when the secret is made and when `password.version` is raised, and then alone."
  type        = string
  default     = null
  ephemeral   = true

  validation {
    condition     = var.password_value == null || (var.password != null && try(length(var.password_value) > 0, false))
    error_message = "password_value is empty, or given without password. Give a password that is not empty, and password = { version = 1 } beside it."
  }
}

variable "value_version" {
  description = "Version of the value that you supply as `key_values`, `text` or `binary`: a whole number from 1. The value is stored when the secret is made and when this is raised, and then alone; a value that changes without it is not written."
  type        = number
  default     = null

  validation {
    condition     = try(var.value_version >= 1 && var.value_version <= 1000000000 && floor(var.value_version) == var.value_version, var.value_version == null)
    error_message = "value_version is ${coalesce(var.value_version, 0)}. Use a whole number from 1 to 1,000,000,000."
  }
}

variable "key_values" {
  description = "Value as key/value pairs, stored as a JSON object; ephemeral. A key that is left out stays as it is in the secret; a null value is refused when a new version is stored. Needs `value_version`."
  type        = map(string)
  default     = null
  ephemeral   = true

  validation {
    condition     = var.key_values == null || try(length(var.key_values) > 0, false)
    error_message = "key_values is empty. Give at least one pair, or container_only = true for a secret without a value."
  }

  validation {
    condition     = var.key_values == null || (var.text == null && var.binary == null)
    error_message = "key_values is given together with text or binary. A secret has one value: keep one of them."
  }

  validation {
    condition     = var.key_values == null || var.value_version != null
    error_message = "key_values is given without value_version. Terraform cannot see that a value has changed which it must not remember: give value_version = 1, and raise it with each new value."
  }
}

variable "text" {
  description = "Value as plain text; ephemeral. Needs `value_version`."
  type        = string
  default     = null
  ephemeral   = true

  validation {
    condition     = var.text == null || try(length(var.text) > 0, false)
    error_message = "text is empty. Give at least one character, or container_only = true for a secret without a value."
  }

  validation {
    condition     = var.text == null || (var.binary == null)
    error_message = "text is given together with binary. A secret has one value: keep one of them."
  }

  validation {
    condition     = var.text == null || var.value_version != null
    error_message = "text is given without value_version. Terraform cannot see that a value has changed which it must not remember: give value_version = 1, and raise it with each new value."
  }
}

variable "binary" {
  description = "Value as binary data in base64, as `filebase64()` gives it; ephemeral. Stored as this base64 text, since there is no way to write SecretBinary that leaves state clean: readers decode SecretString. Needs `value_version`."
  type        = string
  default     = null
  ephemeral   = true

  validation {
    condition     = var.binary == null || (can(regex("^[A-Za-z0-9+/]+={0,2}$", var.binary)) && try(length(var.binary) % 4 == 0, false))
    error_message = "binary is not base64. Encode the data first, for example by filebase64(\"file\")."
  }

  validation {
    condition     = var.binary == null || var.value_version != null
    error_message = "binary is given without value_version. Terraform cannot see that a value has changed which it must not remember: give value_version = 1, and raise it with each new value."
  }
}

variable "container_only" {
  description = "Make the secret without a value, for somebody else to store one. Terraform then never reads nor writes the value."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = length([for chosen in [var.password != null, var.value_version != null, var.container_only] : chosen if chosen]) == 1
    error_message = "The secret needs one kind of value, and has ${length([for chosen in [var.password != null, var.value_version != null, var.container_only] : chosen if chosen])}. Give one of: a password (with database or fields), value_version (with key_values, text or binary), container_only = true."
  }
}
