variable "name" {
  description = <<-EOT
    Name of the secret: 1 to 512 of the characters `A-Z a-z 0-9 / _ + = . @ -`.
    Slashes form a hierarchy, with one slash between two levels, as in `vpc-tutorial/database/credentials`. A name can start with a slash and must not end with one. The name of a secret cannot change.
    AWS advises against a name that ends in a hyphen and six characters. Every ARN ends in this way, so a search by a partial ARN can find another secret.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
  EOT
  type        = string
  nullable    = false

  validation {
    # A counted repetition ({1,512}) is a large pattern, which Terraform needs milliseconds to compile.
    condition     = can(regex("^[A-Za-z0-9/_+=.@-]+$", var.name)) && length(var.name) <= 512
    error_message = "name is ${jsonencode(var.name)} (${length(var.name)} characters). Use 1 to 512 of the characters A-Z a-z 0-9 / _ + = . @ -."
  }

  validation {
    condition     = !can(regex("(//)|(/$)", var.name))
    error_message = "name \"${var.name}\" has an empty level. Separate levels with one slash, and remove a slash at the end."
  }
}

variable "description" {
  description = "Purpose of the secret, at most 2,048 characters. The description is not secret: everybody who can list secrets can read it."
  type        = string
  default     = null

  validation {
    # split() counts characters. length() counts a letter and its combining accents as one character.
    condition     = try(length(split("", var.description)) <= 2048, var.description == null)
    error_message = "description has ${try(length(split("", var.description)), 0)} characters. Use at most 2,048."
  }
}

variable "tags" {
  description = "Tags of the secret and its key, at most 50. A key has 1 to 128 characters and does not start with `aws:`. A value has at most 256 characters. Tags are not secret."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = !anytrue([for key in keys(var.tags) : startswith(lower(key), "aws:")])
    error_message = "tags has ${join(", ", [for key in keys(var.tags) : key if startswith(lower(key), "aws:")])}. AWS reserves keys that start with \"aws:\". Use other keys."
  }

  validation {
    condition     = length(var.tags) <= 50
    error_message = "tags has ${length(var.tags)} entries. AWS accepts at most 50."
  }

  validation {
    condition     = alltrue([for key, value in var.tags : can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]+$", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]*$", value)) && length(split("", key)) <= 128 && try(length(split("", value)) <= 256, false)])
    error_message = "tags: ${join(", ", [for key, value in var.tags : key if !can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]+$", key)) || !can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]*$", value)) || length(split("", key)) > 128 || try(length(split("", value)) > 256, true)])} is not valid. Use keys of 1 to 128 and values of 0 to 256 letters, numbers, spaces and _ . : / = + - @."
  }
}

variable "key" {
  description = <<-EOT
    The KMS key that encrypts the secret. By default, the module creates a customer managed key, which works only through Secrets Manager and only for this secret.
    - `rotation_period_in_days`: number of days after which KMS generates new key material, 90 to 2560. Default: 365.
    - `deletion_window_in_days`: number of days in which you can cancel the deletion of the key, 7 to 30. It must be at least `recovery_window_in_days`. Default: 30.
    - `administrators`: ARNs of IAM roles that manage the key but cannot use it.
    - `existing`: an existing key of the secret's region to use instead, as `{ arn = "..." }` or `{ alias = "alias/..." }`. The policy of that key does not change.
    - `aws_managed`: `true` selects the AWS managed key `aws/secretsmanager`. That key costs nothing. You cannot change its policy, and other accounts cannot read the secret.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
  EOT
  type = object({
    rotation_period_in_days = optional(number)
    deletion_window_in_days = optional(number)
    administrators          = optional(list(string), [])
    existing = optional(object({
      arn   = optional(string)
      alias = optional(string)
    }))
    aws_managed = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = !var.key.aws_managed || var.key.existing == null
    error_message = "key has both aws_managed and existing. Keep only the one that encrypts the secret."
  }

  validation {
    condition     = (var.key.existing == null && !var.key.aws_managed) || (length(var.key.administrators) == 0 && var.key.rotation_period_in_days == null && var.key.deletion_window_in_days == null)
    error_message = "key sets ${join(", ", [for name in ["administrators", "rotation_period_in_days", "deletion_window_in_days"] : name if try(length(var.key[name]) > 0, var.key[name] != null)])} for a key that this module does not create. Remove them, or remove existing and aws_managed so that the module creates a key."
  }

  validation {
    condition     = coalesce(var.key.deletion_window_in_days, 30) >= var.recovery_window_in_days
    error_message = "key.deletion_window_in_days is ${coalesce(var.key.deletion_window_in_days, 30)}, less than recovery_window_in_days, ${var.recovery_window_in_days}. KMS could delete the key while you can still restore the secret. Set it to at least recovery_window_in_days."
  }

  validation {
    condition     = var.key.existing == null || length([for value in [try(var.key.existing.arn, null), try(var.key.existing.alias, null)] : true if value != null]) == 1
    error_message = "key.existing names ${length([for value in [try(var.key.existing.arn, null), try(var.key.existing.alias, null)] : true if value != null])} keys. Give either arn or alias."
  }

  validation {
    condition     = try(var.key.existing.arn, null) == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.key.existing.arn))
    error_message = "key.existing.arn is ${jsonencode(try(var.key.existing.arn, null))}. Give a key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID."
  }

  validation {
    condition     = try(var.key.existing.alias, null) == null || (can(regex("^alias/[A-Za-z0-9/_-]+$", var.key.existing.alias)) && try(length(var.key.existing.alias) <= 256, false))
    error_message = "key.existing.alias is ${jsonencode(try(var.key.existing.alias, null))}. Give an alias as alias/NAME, with 1 to 250 of the characters A-Z a-z 0-9 / _ - after the first slash."
  }

  validation {
    condition     = var.key.rotation_period_in_days == null || try(var.key.rotation_period_in_days >= 90 && var.key.rotation_period_in_days <= 2560 && floor(var.key.rotation_period_in_days) == var.key.rotation_period_in_days, false)
    error_message = "key.rotation_period_in_days is ${coalesce(var.key.rotation_period_in_days, 0)}. KMS accepts a whole number from 90 to 2560."
  }

  validation {
    condition     = contains(range(7, 31), coalesce(var.key.deletion_window_in_days, 30))
    error_message = "key.deletion_window_in_days is ${coalesce(var.key.deletion_window_in_days, 30)}. KMS accepts a whole number from 7 to 30."
  }
}

# The value: one of database, key_values_wo, secret_string_wo and create_value = false.

variable "database" {
  description = <<-EOT
    Database credentials, stored as the JSON that AWS documents for the engine. Secrets Manager generates the password.
    - `engine`: `db2`, `docdb`, `mariadb`, `mysql`, `oracle`, `postgres`, `redshift` or `sqlserver`, or the name that RDS uses, such as `aurora-postgresql` or `oracle-ee`. The secret stores the engine name of the documented JSON structure.
    - `username`: the database user.
    - `host`: host name or IP address. Leave it out while there is no database yet.
    - `port`: TCP port, 1 to 65535. Default: the default port of the engine.
    - `dbname`: database name. Required for `oracle`.
    - `ssl`: `true` if rotation connects only with TLS, `false` if it never uses TLS. If you leave it out, this project's function connects only with TLS. AWS's published functions then use TLS where the server offers it. Default for `docdb`: `true`.
    - `instance_identifier` or `cluster_identifier`: the DB instance or cluster. The Secrets Manager console finds the database by this identifier.
    - `superuser_secret_arn`: ARN of the secret of a superuser. Rotation by alternating users needs it. Rotation of a single user who cannot change its own password needs it too.
    - `superuser_key_arn`: ARN of the customer managed key that encrypts the superuser's secret.
    Terraform does not manage an attribute that you leave out: the attribute stays as it is in the secret.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
  EOT
  type = object({
    engine               = string
    username             = string
    host                 = optional(string)
    port                 = optional(number)
    dbname               = optional(string)
    ssl                  = optional(bool)
    instance_identifier  = optional(string)
    cluster_identifier   = optional(string)
    superuser_secret_arn = optional(string)
    superuser_key_arn    = optional(string)
  })
  default = null

  validation {
    condition     = try(var.database.superuser_key_arn, null) == null || try(var.database.superuser_secret_arn, null) != null
    error_message = "database.superuser_key_arn is given without superuser_secret_arn. Give the secret that this key encrypts, or leave both out."
  }

  validation {
    condition     = var.database == null || var.create_value
    error_message = "database is given together with create_value = false. A secret has one value or none. Keep only one of them."
  }

  # In var.rotation, this check would be a cycle: database depends on the superuser's secret, which depends on the
  # function's role.
  validation {
    condition     = var.rotation == null || var.database != null || try(var.rotation.function.arn, null) != null
    error_message = "rotation is given without database, but its function rotates the credentials of a database. Give database, or give your own function as rotation.function.arn."
  }

  validation {
    condition     = var.database == null ? true : contains(keys(local.engines), coalesce(var.database.engine, "none"))
    error_message = "database.engine is ${jsonencode(try(var.database.engine, null))}, which Secrets Manager does not support. Use one of: ${join(", ", keys(local.engines))}. For any other engine, store the credentials as key_values_wo."
  }

  validation {
    condition     = var.database == null ? true : try(trimspace(var.database.username) != "", false)
    error_message = "database.username is empty. Give the name of the database user that the password belongs to."
  }

  validation {
    condition     = var.database == null ? true : try(trimspace(var.database.host) != "", var.database.host == null)
    error_message = "database.host is empty. Give a host name or an IP address, or leave host out while there is no database yet."
  }

  validation {
    condition     = var.database == null ? true : (try(var.database.port >= 1 && var.database.port <= 65535 && floor(var.database.port) == var.database.port, var.database.port == null))
    error_message = "database.port is ${jsonencode(try(var.database.port, null))}. Give a whole number from 1 to 65535, or leave port out for the engine's default."
  }

  validation {
    condition     = var.database == null ? true : (try(local.engines[var.database.engine].json_engine, null) != "oracle" || try(trimspace(var.database.dbname) != "", false))
    error_message = "database.dbname is missing. A connection to Oracle needs a database name. Set dbname."
  }

  validation {
    condition     = var.database == null ? true : (var.database.instance_identifier == null || var.database.cluster_identifier == null)
    error_message = "database has both instance_identifier and cluster_identifier. Keep only the one that the user logs in to."
  }

  validation {
    condition     = var.database == null ? true : (var.database.instance_identifier == null || coalesce(var.database.engine, "none") != "redshift")
    error_message = "database.instance_identifier is set, but Secrets Manager finds a Redshift database by its cluster. Use cluster_identifier."
  }

  validation {
    condition     = var.database == null ? true : (var.database.superuser_secret_arn == null || can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]+-[A-Za-z0-9]{6}$", var.database.superuser_secret_arn)))
    error_message = "database.superuser_secret_arn is ${jsonencode(try(var.database.superuser_secret_arn, null))}, which is not the full ARN of a secret. Give the superuser's secret as arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX. Include the hyphen and the six characters that Secrets Manager adds. To print the ARN, run aws secretsmanager describe-secret."
  }

  validation {
    condition     = try(var.database.superuser_key_arn, null) == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.database.superuser_key_arn))
    error_message = "database.superuser_key_arn is ${jsonencode(try(var.database.superuser_key_arn, null))}, which is not the ARN of a key. Give the key that encrypts the superuser's secret as arn:aws:kms:REGION:ACCOUNT:key/ID, or leave it out for the AWS managed key."
  }
}

variable "password" {
  description = <<-EOT
    How Secrets Manager generates the password of `database` (GetRandomPassword). A change applies to the next password. To get a new password, raise `value_version`.
    - `length`: number of characters, from 8 to the engine's limit. Default: 32, or the engine's limit if that is less (30 for `oracle`).
    - `exclude_characters`: characters that the password must not contain. Default: ``"#$%&'/:;?@[\]`{|}``. A database engine refuses these characters, or they end a URI, a connection string or a shell word.
    - `exclude_lowercase`, `exclude_uppercase`, `exclude_numbers`, `exclude_punctuation`: whether to exclude the whole class. Default: `false`.
    - `include_space`: whether the password can contain a space. Default: `false`.
    - `require_each_included_type`: whether the password contains at least one character of each class that you do not exclude. Default: `true`.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
  EOT
  type = object({
    length                     = optional(number)
    exclude_characters         = optional(string)
    exclude_lowercase          = optional(bool)
    exclude_uppercase          = optional(bool)
    exclude_numbers            = optional(bool)
    exclude_punctuation        = optional(bool)
    include_space              = optional(bool)
    require_each_included_type = optional(bool)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.database != null || alltrue([for option in values(var.password) : option == null])
    error_message = "password is given without database, so Secrets Manager generates no password. Give database, or store the value as key_values_wo."
  }

  validation {
    condition     = var.password.length == null || try(var.password.length >= 8 && var.password.length <= local.engine.password_length_max && floor(var.password.length) == var.password.length, false)
    error_message = "password.length is ${jsonencode(var.password.length)}. ${try(var.database.engine, "Secrets Manager")} accepts passwords of 8 to ${local.engine.password_length_max} characters. Give a whole number in this range."
  }

  validation {
    condition     = length(split("", coalesce(var.password.exclude_characters, "-"))) <= 4096
    error_message = "password.exclude_characters has ${length(split("", coalesce(var.password.exclude_characters, "-")))} characters. GetRandomPassword accepts at most 4,096."
  }

  validation {
    condition = length(setsubtract(split("", join("", values(local.password_classes))), split("", join("", concat(
      [var.password.exclude_characters == null ? local.default_exclude_characters : var.password.exclude_characters],
      [for class, characters in local.password_classes : characters if coalesce(var.password["exclude_${class}"], false)],
    ))))) > 0
    error_message = "password leaves no character for a password: it excludes every class, as a whole or by exclude_characters. Exclude fewer characters."
  }

  validation {
    condition = !coalesce(var.password.require_each_included_type, true) || alltrue([
      for class, characters in local.password_classes :
      length(setsubtract(split("", characters), split("", coalesce(var.password.exclude_characters, local.default_exclude_characters)))) > 0
      if !coalesce(var.password["exclude_${class}"], false)
    ])
    error_message = "password.exclude_characters ${jsonencode(var.password.exclude_characters)} excludes every character of a class that the password must contain. Exclude that class as a whole, for example with exclude_numbers = true, or set require_each_included_type = false."
  }
}

locals {
  # Characters that a database engine refuses, or that end a URI, a connection string or a shell word.
  default_exclude_characters = "\"#$%&'/:;?@[\\]`{|}"

  # The character classes of GetRandomPassword.
  password_classes = {
    lowercase   = "abcdefghijklmnopqrstuvwxyz"
    uppercase   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    numbers     = "0123456789"
    punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
  }
}

variable "password_wo" {
  description = "Ephemeral password for `database`, instead of a generated one. Terraform stores it only when it creates the secret and when you raise `value_version`."
  type        = string
  default     = null
  ephemeral   = true

  validation {
    condition     = var.password_wo == null || (var.database != null && try(length(var.password_wo) > 0, false))
    error_message = "password_wo is empty, or database is missing. Give a password that is not empty, together with database."
  }
}

variable "key_values_wo" {
  description = "Ephemeral value as key/value pairs, stored as a JSON object. Terraform stores it only when it creates the secret and when you raise `value_version`. Until then, you can leave it out. A key that you leave out stays as it is in the secret. Terraform refuses a null value when it stores a new version."
  type        = map(string)
  default     = null
  ephemeral   = true

  validation {
    condition     = var.key_values_wo == null || try(length(var.key_values_wo) > 0, false)
    error_message = "key_values_wo is empty. Give at least one pair. For a secret without a value, set create_value = false."
  }

  validation {
    condition     = var.key_values_wo == null || (var.database == null && var.create_value)
    error_message = "key_values_wo is given together with database or create_value = false. A secret has one value. Keep only one of them."
  }
}

variable "secret_string_wo" {
  description = "Ephemeral value as plain text, at most 65,536 bytes. Terraform stores it only when it creates the secret and when you raise `value_version`. Until then, you can leave it out. For binary data, see docs/recipes.md#binary."
  type        = string
  default     = null
  ephemeral   = true

  validation {
    condition     = var.secret_string_wo == null || try(length(var.secret_string_wo) > 0, false)
    error_message = "secret_string_wo is empty. Give at least one character. For a secret without a value, set create_value = false."
  }

  validation {
    condition     = var.secret_string_wo == null || (var.database == null && var.create_value)
    error_message = "secret_string_wo is given together with database or create_value = false. A secret has one value. Keep only one of them."
  }

  validation {
    condition     = var.secret_string_wo == null || var.key_values_wo == null
    error_message = "secret_string_wo is given together with key_values_wo. A secret has one value. Keep only one of them."
  }

  # A given value_version says that the secret already has its value.
  validation {
    condition     = var.secret_string_wo != null || var.key_values_wo != null || var.database != null || !var.create_value || var.value_version != null
    error_message = "The secret ${jsonencode(var.name)} has no value. Give one of database, key_values_wo, secret_string_wo and create_value = false. If the secret already has its value, give only value_version."
  }
}

variable "value_version" {
  description = "Version of the value: a whole number from 1, which you raise by one to store a new password or the given value. Nothing else stores a new value. Terraform does not keep the value, so it cannot detect that the value changed. Default: 1."
  type        = number
  default     = null

  validation {
    condition     = try(var.value_version >= 1 && var.value_version <= 1000000000 && floor(var.value_version) == var.value_version, var.value_version == null)
    error_message = "value_version is ${jsonencode(var.value_version)}. Use a whole number from 1 to 1,000,000,000."
  }

  validation {
    condition     = var.value_version == null || var.create_value
    error_message = "value_version is given together with create_value = false, which creates a secret without a value. Keep only one of them."
  }
}

variable "create_value" {
  description = "Whether Terraform stores a value. `false` creates the secret without a value, which another identity can store. Terraform then never reads or writes the value."
  type        = bool
  default     = true
  nullable    = false
}

variable "access" {
  description = <<-EOT
    Who can do what with the secret. By default, the account's IAM policies decide. The secret's policy always denies requests without TLS. The module refuses a policy that allows everybody.
    - `readers`: ARNs of the IAM roles that read the value, in this account or another. Only these roles, the principals named below and the account's root can then read it. Nobody else can, whatever their own policies allow. `readers` or `administrators` must name the identity that runs Terraform. With `conditions`, `administrators` must.
    - `services`: AWS services that read the value as a service principal, such as `appflow.amazonaws.com`. Each is limited to its `source_account` (default: this account) and its `source_arns` (`*` and `?` are wildcards).
    - `administrators`: ARNs of the IAM roles of this account that manage the secret, including the identity that runs Terraform. They can also read the value.
    - `rotators`: ARNs of the IAM roles of this account that rotate the value.
    - `conditions`: conditions on reading. They apply to all principals except administrators, rotators and the account's root. For `services`, only `not_before` and `not_after` apply. A read must meet all the given conditions. `vpc_endpoint_ids` and `source_ip_cidrs` (public addresses in CIDR notation) are one condition: a match of either is enough. This condition does not apply to calls that an AWS service makes on behalf of a principal. The others are `organization_id`, `not_before` and `not_after` (such as `2026-01-31T08:00:00Z`), and `principal_tags` (value by key).
    - `policy_documents`: IAM policy documents (JSON) with more statements for the secret's resource policy. In the policy of a secret, `"Resource": "*"` means that secret.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
  EOT
  type = object({
    readers = optional(list(string))
    services = optional(map(object({
      source_account = optional(string)
      source_arns    = optional(list(string), [])
    })), {})
    administrators = optional(list(string), [])
    rotators       = optional(list(string), [])
    conditions = optional(object({
      vpc_endpoint_ids = optional(list(string), [])
      source_ip_cidrs  = optional(list(string), [])
      organization_id  = optional(string)
      not_before       = optional(string)
      not_after        = optional(string)
      principal_tags   = optional(map(string), {})
    }))
    policy_documents = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for service in keys(var.access.services) : can(regex("^[a-z0-9.-]+\\.amazonaws\\.com(\\.cn)?$", service))])
    error_message = "access.services has the keys ${join(", ", keys(var.access.services))}. Each must be a service principal, such as appflow.amazonaws.com."
  }

  validation {
    condition     = alltrue([for source in values(var.access.services) : source != null])
    error_message = "access.services is null for ${join(", ", [for service, source in var.access.services : service if source == null])}. Give {} for a service without its own limits, or remove the service."
  }

  validation {
    condition     = alltrue([for source in values(var.access.services) : can(regex("^[0-9]{12}$", source.source_account)) if try(source.source_account, null) != null])
    error_message = "access.services: source_account is ${jsonencode([for source in values(var.access.services) : try(source.source_account, null)])}. Give an account ID of 12 digits."
  }

  # Without "$" and "&", which could begin a policy variable.
  validation {
    condition     = !anytrue([for arn in flatten([for source in values(var.access.services) : source.source_arns if source != null]) : !can(regex("^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9*?-]*:[0-9*?]*:[A-Za-z0-9_+=,.@?:/#!~-][A-Za-z0-9_+=,.@*?:/#!~-]*$", arn))])
    error_message = "access.services: source_arns has ${jsonencode(flatten([for source in values(var.access.services) : source.source_arns if source != null]))}. Each must be the ARN of a resource, arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE. It can contain the wildcards * and ?."
  }

  validation {
    condition     = var.access.conditions == null ? true : !anytrue([for id in var.access.conditions.vpc_endpoint_ids : !can(regex("^vpce-[0-9a-f]+$", id))])
    error_message = "access.conditions.vpc_endpoint_ids is ${jsonencode(try(var.access.conditions.vpc_endpoint_ids, null))}. Give IDs of VPC endpoints, such as vpce-0a1b2c3d4e5f67890."
  }

  validation {
    condition     = var.access.conditions == null ? true : alltrue([for range in var.access.conditions.source_ip_cidrs : can(cidrhost(range, 0))])
    error_message = "access.conditions.source_ip_cidrs is ${jsonencode(try(var.access.conditions.source_ip_cidrs, null))}. Give ranges in CIDR notation, such as 203.0.113.0/24. A single address ends in /32."
  }

  validation {
    condition     = var.access.conditions == null ? true : !anytrue([for range in var.access.conditions.source_ip_cidrs : can(regex("^(10|127|192\\.168|172\\.(1[6-9]|2[0-9]|3[01]))\\.", range))])
    error_message = "access.conditions.source_ip_cidrs is ${jsonencode(try(var.access.conditions.source_ip_cidrs, null))}. AWS sees only public addresses, so a private range allows nobody. For requests from a VPC, give vpc_endpoint_ids."
  }

  validation {
    condition     = var.access.conditions == null ? true : alltrue([for range in var.access.conditions.source_ip_cidrs : !endswith(range, "/0") if range != null])
    error_message = "access.conditions.source_ip_cidrs is ${jsonencode(try(var.access.conditions.source_ip_cidrs, null))}. A range of /0 contains every address and limits nothing. Remove it, or give the intended ranges."
  }

  validation {
    condition     = var.access.conditions == null ? true : (var.access.conditions.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.access.conditions.organization_id)))
    error_message = "access.conditions.organization_id is ${jsonencode(try(var.access.conditions.organization_id, null))}. Give the ID of the organization: o- and 10 to 32 lowercase letters or digits."
  }

  validation {
    condition     = var.access.conditions == null ? true : alltrue([for instant in [var.access.conditions.not_before, var.access.conditions.not_after] : can(timeadd(instant, "0s")) if instant != null])
    error_message = "access.conditions.not_before is ${jsonencode(try(var.access.conditions.not_before, null))} and not_after ${jsonencode(try(var.access.conditions.not_after, null))}. Give times as 2026-01-31T08:00:00Z."
  }

  validation {
    condition     = var.access.conditions == null ? true : try(timecmp(var.access.conditions.not_before, var.access.conditions.not_after) < 0, true)
    error_message = "access.conditions.not_before, ${jsonencode(try(var.access.conditions.not_before, null))}, is not before not_after, ${jsonencode(try(var.access.conditions.not_after, null))}. Nobody could ever read the value. Exchange them, or remove one."
  }

  validation {
    condition     = var.access.conditions == null ? true : (alltrue([for key, value in var.access.conditions.principal_tags : can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,256}$", value))]))
    error_message = "access.conditions.principal_tags: ${jsonencode(try(var.access.conditions.principal_tags, null))} is not valid. Use keys of 1 to 128 and values of 1 to 256 letters, numbers, spaces and _ . : / = + - @."
  }

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
  validation {
    condition     = var.access.conditions == null ? true : length(distinct([for key in keys(var.access.conditions.principal_tags) : lower(key)])) == length(var.access.conditions.principal_tags)
    error_message = "access.conditions.principal_tags has the keys ${join(", ", keys(try(var.access.conditions.principal_tags, {})))}. Two of them differ only in case, and IAM treats them as one tag. Keep only one of them."
  }
}

variable "rotation" {
  description = <<-EOT
    Rotation of the value by a Lambda function. Terraform never changes the current password for rotation.
    - `automatically_after_days`: number of days between two rotations, 1 to 1000. The alternative is `schedule_expression`.
    - `schedule_expression`: `rate(NUMBER hours|days)`, or `cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR)` in UTC, on the hour. There must be at least 4 hours between two rotations.
    - `duration`: number of hours within which a rotation begins, `1h` to `24h`. Default: to the end of the day, or one hour for a schedule in hours. The time must end before the next rotation, and with `cron` on the same UTC day.
    - `rotate_immediately`: whether Secrets Manager rotates at once when you enable or change rotation. Otherwise, the first rotation comes in the next window, and Secrets Manager only tests the login now. Default: `false`, because a new password locks out an application that has not read it.
    - `strategy`: `single_user` or `alternating_users`. Default: `single_user`. With `single_user`, the user changes its own password, or a superuser does where `database.superuser_secret_arn` names one. With `alternating_users`, a superuser changes the passwords of NAME and NAME_clone alternately, so no login fails. `alternating_users` needs `database.superuser_secret_arn`.
    - `function`: the function that rotates: `package` (this project's), `aws_template` (AWS's) or `arn` (an existing one). [modules/rotation](modules/rotation) describes these, and also its `network` and settings.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html
  EOT
  type = object({
    automatically_after_days = optional(number)
    schedule_expression      = optional(string)
    duration                 = optional(string)
    rotate_immediately       = optional(bool, false)
    strategy                 = optional(string, "single_user")
    function                 = any
  })
  default = null

  validation {
    condition     = var.rotation == null || try(var.rotation.function, null) != null
    error_message = "rotation.function is null. Give the function that rotates, as { package = {...} }, { aws_template = {} } or { arn = \"...\" }."
  }

  validation {
    condition     = var.rotation == null || (try(var.rotation.automatically_after_days, null) == null) != (try(var.rotation.schedule_expression, null) == null)
    error_message = "rotation has ${try(var.rotation.automatically_after_days, null) == null ? "neither" : "both"} automatically_after_days ${try(var.rotation.automatically_after_days, null) == null ? "nor" : "and"} schedule_expression. Give one of them."
  }

  validation {
    condition     = try(var.rotation.automatically_after_days, null) == null || try(var.rotation.automatically_after_days >= 1 && var.rotation.automatically_after_days <= 1000 && floor(var.rotation.automatically_after_days) == var.rotation.automatically_after_days, false)
    error_message = "rotation.automatically_after_days is ${coalesce(try(var.rotation.automatically_after_days, null), 0)}. Secrets Manager accepts a whole number from 1 to 1000."
  }

  validation {
    condition     = try(var.rotation.schedule_expression, null) == null || can(regex(local.schedule_expression, var.rotation.schedule_expression))
    error_message = "rotation.schedule_expression is ${jsonencode(try(var.rotation.schedule_expression, null))}. Give rate(10 days), rate(4 hours) to rate(999 hours), or cron(0 HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK *) in UTC, such as cron(0 16 1,15 * ? *). In cron, minutes are 0, hours are at least 4 apart, one of the two days is ?, and the year is *."
  }

  validation {
    condition     = try(var.rotation.duration, null) == null || can(regex("^([1-9]|1[0-9]|2[0-4])h$", var.rotation.duration))
    error_message = "rotation.duration is ${jsonencode(try(var.rotation.duration, null))}. Give hours, from 1h to 24h."
  }

  validation {
    condition     = try(tonumber(trimsuffix(var.rotation.duration, "h")) <= tonumber(regex("^rate\\(([0-9]+) hours\\)$", var.rotation.schedule_expression)[0]), true)
    error_message = "rotation.duration, ${jsonencode(try(var.rotation.duration, null))}, is longer than the time between two rotations, ${jsonencode(try(var.rotation.schedule_expression, null))}. Shorten rotation.duration to at most that time."
  }

  validation {
    condition     = var.rotation == null || var.create_value
    error_message = "rotation is given with create_value = false, so there is no value to rotate. Give a value, or remove rotation until the secret has a value."
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

variable "monitoring" {
  description = <<-EOT
    Alerts about the secret, sent to an SNS topic. An alert reports a read by a role that `access` does not name, if `access` lists readers. Alerts also report denied reads, many calls, failed rotations, and the scheduled deletion of the secret or its key. They also report changes to a policy, the key, the rotation or a copy. The alerts come from management events of CloudTrail, so the account must have a trail. To watch a replica, use modules/monitoring in the replica's region.
    - `topic_arn`: the topic. Its policy and its key must allow EventBridge and CloudWatch to publish, as modules/monitoring describes. The alternative is `emails`.
    - `emails`: e-mail addresses. The module creates an encrypted topic and subscribes them to it.
    - `cloudtrail_log_group_name`: log group of a trail. The module then counts denied reads and calls in these logs instead of by EventBridge.
    - `denied_reads_threshold`: maximum number of denied reads within 5 minutes before the alarm. Default: 5.
    - `calls_threshold`: maximum number of calls for the secret within an hour before the alarm. Default: 1000.
    - `rotated_within_days`: number of days within which a rotation must succeed, 1 to 7 days. It must be at least one day more than the longest time between two rotations, so it works for at most 6 days between them.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html
  EOT
  type = object({
    topic_arn                 = optional(string)
    emails                    = optional(list(string))
    cloudtrail_log_group_name = optional(string)
    denied_reads_threshold    = optional(number, 5)
    calls_threshold           = optional(number, 1000)
    rotated_within_days       = optional(number)
  })
  default = null
}

variable "recovery_window_in_days" {
  description = "Number of days in which you can restore the deleted secret, 7 to 30. 0 deletes it immediately and permanently."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains(concat([0], range(7, 31)), var.recovery_window_in_days)
    error_message = "recovery_window_in_days is ${var.recovery_window_in_days}. Use a whole number from 7 to 30, or 0 to delete immediately and permanently."
  }
}

variable "replicas" {
  description = <<-EOT
    Other regions to copy the secret to, by region name.
    - `kms_key_arn`: ARN of a key in that region, which encrypts the copy. Its policy, or IAM, must allow the actions that follow. The identity that runs Terraform needs `kms:Decrypt`, `kms:Encrypt` and `kms:GenerateDataKey`. Rotators need `kms:Encrypt` and `kms:GenerateDataKey`. Readers need `kms:Decrypt`. modules/policies writes such a policy, as examples/multi-region shows.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
  EOT
  type = map(object({
    kms_key_arn = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for replica in values(var.replicas) : replica != null])
    error_message = "replicas is null for ${join(", ", [for region, replica in var.replicas : region if replica == null])}. Give { kms_key_arn = \"...\" }, or remove the region."
  }

  validation {
    condition     = alltrue([for region in keys(var.replicas) : can(regex("^(eusc|[a-z]{2})(-[a-z]+)+-[0-9]$", region))])
    error_message = "replicas has the keys ${join(", ", keys(var.replicas))}. Each key must be the name of a region, such as eu-west-1."
  }

  validation {
    condition     = alltrue([for region, replica in var.replicas : can(regex("^arn:aws[a-z-]*:kms:${region}:[0-9]{12}:key/[A-Za-z0-9-]+$", replica.kms_key_arn))])
    error_message = "replicas: the copy in ${join(", ", [for region, replica in var.replicas : region if !can(regex("^arn:aws[a-z-]*:kms:${region}:[0-9]{12}:key/[A-Za-z0-9-]+$", replica.kms_key_arn))])} has no key in its own region. Give kms_key_arn as arn:aws:kms:REGION:ACCOUNT:key/ID with the region of the copy."
  }
}

variable "force_overwrite_replica_secret" {
  description = "Whether a copy overwrites a secret of the same name in the other region. By default, the copy fails, and so does the apply or the next plan."
  type        = bool
  default     = false
  nullable    = false
}
