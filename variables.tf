variable "name" {
  description = <<-EOT
    Name of the secret, hierarchical by slashes, as in `vpc-tutorial/database/credentials`: 1 to 512 of the characters `A-Z a-z 0-9 / _ + = . @ -`.
    Levels are separated by one slash; a slash may start the name and must not end it. The name of a secret cannot change.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
  EOT
  type        = string
  nullable    = false
}

variable "description" {
  description = "What the secret is for, at most 2,048 characters. Not secret: everybody who may list secrets reads it."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the secret and its key: at most 50, keys of 1 to 128 characters that do not start with `aws:`, values of at most 256. Not secret."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "key" {
  description = <<-EOT
    The KMS key that encrypts the secret. By default a customer managed key of its own, which nobody can use but through Secrets Manager and for this secret.
    - `rotation_period_in_days`: days after which KMS makes new key material, 90 to 2560. Default: 365.
    - `deletion_window_in_days`: days in which the deletion of the key can be cancelled, 7 to 30, and not less than `recovery_window_in_days`. Default: 30.
    - `administrators`: ARNs of IAM roles that manage the key but cannot use it.
    - `existing`: use this key instead: `{ arn = "..." }` or `{ alias = "alias/..." }`. Its policy stays as it is.
    - `aws_managed`: `true` takes the AWS managed key `aws/secretsmanager`: no cost, no policy of its own, no reading from other accounts.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
  EOT
  type = object({
    rotation_period_in_days = optional(number)
    deletion_window_in_days = optional(number, 30)
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
    error_message = "key has both aws_managed and existing. Keep the one that should encrypt the secret."
  }

  validation {
    condition     = var.key.existing == null && !var.key.aws_managed || length(var.key.administrators) == 0 && var.key.rotation_period_in_days == null
    error_message = "key sets administrators or rotation_period_in_days for a key that this module does not make. Remove them, or remove existing and aws_managed to have a key made."
  }

  validation {
    condition     = var.key.existing != null || var.key.aws_managed || var.key.deletion_window_in_days >= var.recovery_window_in_days
    error_message = "key.deletion_window_in_days is ${var.key.deletion_window_in_days}, less than recovery_window_in_days, ${var.recovery_window_in_days}: the key could be gone while the secret can still be restored. Make it at least as long."
  }
}

# The value: one of database, value_version (with key_values, text or binary), container_only.

variable "database" {
  description = <<-EOT
    Stores database credentials as the JSON that AWS documents for the engine, with a password that Secrets Manager generates.
    - `engine`: `db2`, `docdb`, `mariadb`, `mysql`, `oracle`, `postgres`, `redshift` or `sqlserver`; or as RDS names it, like `aurora-postgresql` or `oracle-ee`. The secret then holds the name that its JSON structure documents.
    - `username`: the database user.
    - `host`: host name or IP address; leave out while there is no database yet.
    - `port`: TCP port, 1 to 65535. Default: the engine's own.
    - `dbname`: database name; required for `oracle`.
    - `ssl`: `true`: rotation connects by TLS only; `false`: never by TLS; left out: by TLS only, but AWS's published functions by TLS where the server offers it (for `docdb`: `true`).
    - `instance_identifier` or `cluster_identifier`: the DB instance or cluster, by which the Secrets Manager console finds the database.
    - `superuser_secret_arn`: ARN of the secret of a superuser, for rotation by alternating users; `superuser_key_arn`: of the customer managed key that encrypts it.
    An attribute that is left out is not managed: what stands in the secret stays.
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

  # Here and not at rotation, which the superuser's secret waits for and must not wait for that one in turn.
  validation {
    condition     = var.rotation == null || var.database != null
    error_message = "rotation is given without database. A function that rotates needs the credentials of a database: give database, or call modules/secret with a function of your own."
  }
}

variable "password" {
  description = <<-EOT
    How Secrets Manager generates the password of `database` (GetRandomPassword).
    - `version`: whole number from 1; raise it by one to store a new password. Nothing else makes a new one. Default: 1.
    - `length`: 8 characters up to the engine's limit. Default: 32, or the engine's limit if that is less (30 for `oracle`).
    - `exclude_characters`: characters that the password must not have. Default: ``"#$%&'/:;?@[\]`{|}``, which a database engine refuses or which end a URI, a connection string or a shell word.
    - `exclude_lowercase`, `exclude_uppercase`, `exclude_numbers`, `exclude_punctuation`: leave a whole class out. Default: `false`.
    - `include_space`: allow the space. Default: `false`.
    - `require_each_included_type`: at least one character of each class that is not left out. Default: `true`.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
  EOT
  type = object({
    version                    = optional(number)
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
    error_message = "password is given without database, so no password is generated. Give database, or store the value as key_values."
  }
}

variable "password_value" {
  description = "A password of your own for `database` in place of a generated one; ephemeral. Stored when the secret is made and when `password.version` is raised, and then alone."
  type        = string
  default     = null
  ephemeral   = true
}

variable "value_version" {
  description = "Version of the value that you supply as `key_values`, `text` or `binary`: a whole number from 1. The value is stored when the secret is made and when this is raised, and then alone: without it a changed value is not written, and no value need be given while it stays."
  type        = number
  default     = null
}

variable "key_values" {
  description = "Value as key/value pairs, stored as a JSON object; ephemeral. A key that is left out stays as it is in the secret; a null value is refused when a new version is stored. Needs `value_version`."
  type        = map(string)
  default     = null
  ephemeral   = true
}

variable "text" {
  description = "Value as plain text of at most 65,536 bytes; ephemeral. Needs `value_version`."
  type        = string
  default     = null
  ephemeral   = true
}

variable "binary" {
  description = "Value as binary data in base64, as `filebase64()` gives it; ephemeral. Stored as this base64 text, since no way to write SecretBinary leaves state clean: readers decode SecretString. Needs `value_version`."
  type        = string
  default     = null
  ephemeral   = true
}

variable "container_only" {
  description = "`true` makes the secret without a value, for somebody else to store one. Terraform then never reads nor writes the value."
  type        = bool
  default     = false
  nullable    = false
}

variable "access" {
  description = <<-EOT
    Who may do what with the secret. By default the account's IAM policies decide. Requests without TLS are always denied, and a policy that allows everybody is refused.
    - `readers`: ARNs of the IAM roles that read the value, of this account or another. Then nobody else does, whatever their own policies allow, but those named below and the account's root; whoever runs Terraform must be named.
    - `services`: AWS services that read it under a name of their own, by service principal such as `appflow.amazonaws.com`, each bound to its `source_account` (default: this account) and `source_arns` (`*` and `?` may stand in them).
    - `administrators`: ARNs of the IAM roles of this account that manage the secret, whoever runs Terraform among them. They can also read the value.
    - `rotators`: ARNs of the IAM roles of this account that rotate the value.
    - `only`: limits on reading, which bind all but administrators, rotators and the account's root; all that are given must hold. `vpc_endpoint_ids` and `ip_ranges` (public addresses in CIDR notation; either will do), `organization_id`, `not_before` and `not_after` (as `2026-01-31T08:00:00Z`), `principal_tags` (value by key).
    - `policy_documents`: IAM policy documents (JSON) with further statements for the secret's resource policy. In a secret's own policy `"Resource": "*"` means that secret.
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
    only = optional(object({
      vpc_endpoint_ids = optional(list(string), [])
      ip_ranges        = optional(list(string), [])
      organization_id  = optional(string)
      not_before       = optional(string)
      not_after        = optional(string)
      principal_tags   = optional(map(string), {})
    }), {})
    policy_documents = optional(list(string), [])
  })
  default  = {}
  nullable = false
}

variable "rotation" {
  description = <<-EOT
    Rotates the password of `database` by a Lambda function. Terraform never touches the live password for it.
    - `days`: days between two rotations, 1 to 1000; or `schedule`: `rate(...)` or `cron(...)` in UTC.
    - `window`: hours within which a rotation begins, `1h` to `24h`.
    - `rotate_immediately`: whether to rotate at once when rotation is enabled or changed. Default: `true`.
    - `strategy`: `single_user` (default): the user changes its own password. `alternating_users`: a superuser changes those of NAME and NAME_clone in turn, so that no login fails; needs `database.superuser_secret_arn`.
    - `function`: the function: `package` (this project's own), `published` (AWS's) or `arn` (one that exists), and its `network` and settings, as modules/rotation describes them.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html
  EOT
  type = object({
    days               = optional(number)
    schedule           = optional(string)
    window             = optional(string)
    rotate_immediately = optional(bool, true)
    strategy           = optional(string, "single_user")
    function = object({
      package = optional(object({
        file = optional(string)
        s3 = optional(object({
          bucket  = string
          key     = string
          version = optional(string)
        }))
        image_uri = optional(string)
        hash      = optional(string)
      }))
      published = optional(object({
        version = optional(string)
      }))
      arn = optional(string)
      network = optional(object({
        vpc_id                      = string
        subnet_ids                  = list(string)
        database_security_group_ids = optional(list(string), [])
      }))
      architecture         = optional(string, "arm64")
      timeout_in_seconds   = optional(number, 60)
      reserved_concurrency = optional(number, 1)
      logs = optional(object({
        retention_in_days = optional(number, 365)
        kms_key_arn       = optional(string)
      }), {})
      alarm_topic_arns = optional(list(string), [])
    })
  })
  default = null

  validation {
    condition     = var.rotation == null || try(var.rotation.function, null) != null
    error_message = "rotation.function is null. Give the function that rotates, as { package = {...} }, { published = {} } or { arn = \"...\" }."
  }
}

variable "monitoring" {
  description = <<-EOT
    Tells an SNS topic when the value is read by a role that `access` does not name (if it lists readers), when attempts to read are denied, the secret or its key is to be deleted, a policy or the key changes, a rotation fails, or calls are many. By management events of CloudTrail, of which the account must have a trail.
    - `topic_arn`: the topic, whose policy and key must let EventBridge and CloudWatch publish, as modules/monitoring says; or
    - `emails`: addresses for which an encrypted topic is made; an empty list makes it without subscribers.
    - `trail`: `log_group_name` of a trail, by whose logs to count denied reads and calls rather than by EventBridge.
    - `max_denied_reads`: how many attempts may be denied within 5 minutes. Default: 5.
    - `max_calls`: how many calls for the secret there may be within an hour. Default: 1000.
    - `rotated_within_days`: days within which a rotation must have succeeded, 1 to 7: at least a day more than between two rotations.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html
  EOT
  type = object({
    topic_arn           = optional(string)
    emails              = optional(list(string))
    trail               = optional(object({ log_group_name = string }))
    max_denied_reads    = optional(number, 5)
    max_calls           = optional(number, 1000)
    rotated_within_days = optional(number)
  })
  default = null
}

variable "recovery_window_in_days" {
  description = "How many days a deleted secret can still be restored: 7 to 30. 0 deletes it at once and for ever."
  type        = number
  default     = 30
  nullable    = false
}

variable "replicas" {
  description = <<-EOT
    Other regions to copy the secret to, by region name.
    - `kms_key_arn`: ARN of a key in that region, which encrypts the copy. Its policy, or IAM, must let whoever runs Terraform take `kms:Decrypt`, `kms:Encrypt` and `kms:GenerateDataKey`, rotators `kms:Encrypt` and `kms:GenerateDataKey`, and readers `kms:Decrypt`: modules/access writes one, as examples/multi-region shows.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
  EOT
  type = map(object({
    kms_key_arn = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for replica in values(var.replicas) : replica != null])
    error_message = "replicas is null for ${join(", ", [for region, replica in var.replicas : region if replica == null])}. Give { kms_key_arn = \"...\" }, or leave the region out."
  }
}

variable "force_overwrite_replica_secret" {
  description = "Whether a copy overwrites a secret of this name that the other region holds. By default the copy fails, and with it the apply or the next plan."
  type        = bool
  default     = false
  nullable    = false
}

variable "cost" {
  description = <<-EOT
    What the output `monthly_cost` reckons with.
    - `reads_per_month`: how often the value is read. Default: 0.
    - `key_rotations`: how often KMS has rotated the key that this module made; the first two rotations each raise its price. Default: 0.
    - `prices`: US dollars, in place of those of us-east-1 as of 2026-11-24; units and sources stand in modules/cost.
    Source: https://aws.amazon.com/secrets-manager/pricing/
  EOT
  type = object({
    reads_per_month = optional(number)
    key_rotations   = optional(number)
    prices = optional(object({
      secret_month                = optional(number)
      secrets_manager_10000_calls = optional(number)
      key_month                   = optional(number)
      kms_10000_requests          = optional(number)
      lambda_1000000_requests     = optional(number)
      lambda_gb_second            = optional(number)
      alarm_month                 = optional(number)
      metric_month                = optional(number)
    }))
  })
  default  = {}
  nullable = false
}
