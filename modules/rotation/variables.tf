variable "secret_name" {
  description = "Name of the secret to rotate. The names of the function, its role, log group and security group contain it."
  type        = string
  nullable    = false
}

variable "engine" {
  description = "Database engine, as `database.engine`: `aurora-mysql`, `aurora-postgresql`, `mariadb`, `mysql` or `postgres`. Null for an existing function, which can rotate any value."
  type        = string
  default     = null

  validation {
    condition     = var.function.arn != null || contains(keys(local.aws_template_applications), coalesce(var.engine, "null"))
    error_message = "database.engine is ${jsonencode(var.engine)}, which this module does not support for its own function or AWS's published functions. Use one of: ${join(", ", keys(local.aws_template_applications))}. For another engine, give rotation.function = { arn = \"...\" }."
  }
}

variable "database_port" {
  description = "TCP port of the database."
  type        = number
  default     = null
}

variable "strategy" {
  description = <<-EOT
    How the function changes the password.
    - `single_user`: the user changes its own password, or the given superuser does. A login fails between this change and the moment when the new version becomes current. A retry then works.
    - `alternating_users`: there are two users, NAME and NAME_clone. A superuser changes the password of the user that is not current. No login fails.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotation-strategy.html
  EOT
  type        = string
  default     = "single_user"
  nullable    = false

  validation {
    condition     = contains(["single_user", "alternating_users"], var.strategy)
    error_message = "rotation.strategy is ${jsonencode(var.strategy)}. Use single_user or alternating_users."
  }

  validation {
    condition     = var.strategy != "alternating_users" || var.superuser != null || var.function.arn != null
    error_message = "rotation.strategy is alternating_users, which needs a superuser to create and change the two users. Give database.superuser_secret_arn."
  }
}

variable "superuser" {
  description = "Secret of the superuser that changes passwords. `alternating_users` needs it, and so does a single user that cannot change its own password. It has the ARN of the secret and the ARN of the customer managed key that encrypts it (null: the AWS managed key)."
  type = object({
    secret_arn = string
    key_arn    = optional(string)
  })
  default = null
}

variable "password" {
  description = "Rules for the passwords that Secrets Manager generates for the function, as `password` of the root module."
  type = object({
    length                     = number
    exclude_characters         = string
    exclude_lowercase          = bool
    exclude_uppercase          = bool
    exclude_numbers            = bool
    exclude_punctuation        = bool
    include_space              = bool
    require_each_included_type = bool
  })
  nullable = false

  # The templates of AWS's published functions document only one of these rules: the excluded characters.
  # https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_available-rotation-templates.html
  validation {
    condition     = var.function.aws_template == null || var.password.length == 32
    error_message = "password.length is ${var.password.length}. AWS's published functions always create passwords of 32 characters. Remove password.length, or use this project's function: rotation.function = { package = {...} }."
  }

  validation {
    condition = var.function.aws_template == null || !anytrue([
      var.password.exclude_lowercase, var.password.exclude_uppercase, var.password.exclude_numbers, var.password.exclude_punctuation,
      var.password.include_space, !var.password.require_each_included_type,
    ])
    error_message = "password changes the classes of characters. AWS's published functions always use at least one character of each class, and no space. Use only exclude_characters, or use this project's function: rotation.function = { package = {...} }."
  }
}

variable "rotator_policy_json" {
  description = "Identity policy that allows the function to rotate the secret."
  type        = string
  nullable    = false
}

variable "function" {
  description = <<-EOT
    The function that rotates. Exactly one of:
    - `package`: this project's function, as `make package` builds it with the certificate authorities of the database. Give one of `file` (path of the zip), `s3` (an object and its version) and `image_uri`. With `hash`, the SHA-256 of the zip in base64, Terraform deploys a new build.
    - `aws_template`: AWS's published function, from the Serverless Application Repository. `version` is a version such as `1.1.671`. Default: the newest. The function creates passwords of 32 characters with each class in them. It uses only `exclude_characters` of the rules of `password`.
    - `arn`: an existing function. `access.rotators` must contain its role.
    For `package` and `aws_template`:
    - `network`: the VPC and the subnets from which the function reaches the database and Secrets Manager. The module allows the function access to `database_security_group_ids` on the database's port.
    For `package`:
    - `architecture`: `arm64` or `x86_64`. Default: `arm64`.
    - `timeout_in_seconds`: 1 to 900. Default: 60.
    - `reserved_concurrency`: number of rotations that can run at once. -1 allows as many as the account does. A new account needs -1 if its limit leaves no concurrency to reserve. Default: 1.
    - `role`: `path` of the execution role, default `/`, and `permissions_boundary`. The boundary is the ARN of a policy that an organization can require for every role.
    - `logs`: `retention_in_days`, default 365, and `kms_key_arn` of a key that CloudWatch Logs can use. The logs contain no value.
    - `alarm_topic_arns`: SNS topics that get an alert about a failed step.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
  EOT
  type = object({
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
    aws_template = optional(object({
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
    role = optional(object({
      path                 = optional(string, "/")
      permissions_boundary = optional(string)
    }), {})
    logs = optional(object({
      retention_in_days = optional(number, 365)
      kms_key_arn       = optional(string)
    }), {})
    alarm_topic_arns = optional(list(string), [])
  })
  nullable = false

  validation {
    condition     = length([for given in [var.function.package != null, var.function.aws_template != null, var.function.arn != null] : given if given]) == 1
    error_message = "rotation.function names ${length([for given in [var.function.package != null, var.function.aws_template != null, var.function.arn != null] : given if given])} functions. Give exactly one of package, aws_template and arn."
  }

  validation {
    condition     = var.function.package == null || length([for given in [try(var.function.package.file, null) != null, try(var.function.package.s3, null) != null, try(var.function.package.image_uri, null) != null] : given if given]) == 1
    error_message = "rotation.function.package must have exactly one source. Give one of file, s3 and image_uri."
  }

  validation {
    condition     = try(var.function.package.s3, null) == null || (can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.function.package.s3.bucket)) && try(length(var.function.package.s3.key) > 0, false))
    error_message = "rotation.function.package.s3 is ${jsonencode(try(var.function.package.s3, null))}. Give the name of a bucket and the key of the zip in it."
  }

  validation {
    condition     = try(var.function.package.hash, null) == null || can(regex("^[A-Za-z0-9+/]{43}=$", var.function.package.hash))
    error_message = "rotation.function.package.hash is ${jsonencode(try(var.function.package.hash, null))}. Give the SHA-256 of the zip in base64, as filebase64sha256(\"FILE\") and make package do."
  }

  validation {
    condition     = try(var.function.aws_template.version, null) == null || can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+$", var.function.aws_template.version))
    error_message = "rotation.function.aws_template.version is ${jsonencode(try(var.function.aws_template.version, null))}. Give three numbers, such as 1.1.671, or leave it out for the newest version."
  }

  validation {
    condition     = try(var.function.package.file, null) == null || try(fileexists(var.function.package.file), false)
    error_message = "rotation.function.package.file is ${jsonencode(try(var.function.package.file, null))}, but that file does not exist. To build it, run make package."
  }

  validation {
    condition     = (var.function.network != null) == (var.function.arn == null)
    error_message = "rotation.function.network is ${var.function.network == null ? "missing: the function runs in the VPC of the database" : "given for an existing function, which has its own"}. Give network = { vpc_id, subnet_ids } only with package or aws_template."
  }

  validation {
    condition     = var.function.network == null || can(regex("^vpc-[0-9a-f]+$", var.function.network.vpc_id))
    error_message = "rotation.function.network.vpc_id is ${jsonencode(try(var.function.network.vpc_id, null))}. Give the ID of a VPC, such as vpc-0a1b2c3d4e5f67890."
  }

  # https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html
  validation {
    condition     = try(length(var.function.network.subnet_ids) >= 1 && length(var.function.network.subnet_ids) <= 16, var.function.network == null)
    error_message = "rotation.function.network.subnet_ids has ${try(length(var.function.network.subnet_ids), 0)} entries. Give 1 to 16 subnets from which the function can reach the database and Secrets Manager."
  }

  validation {
    condition     = !anytrue([for id in(var.function.network == null ? [] : coalesce(var.function.network.subnet_ids, [])) : !can(regex("^subnet-[0-9a-f]+$", id))])
    error_message = "rotation.function.network.subnet_ids is ${jsonencode(try(var.function.network.subnet_ids, null))}. Give IDs of subnets, such as subnet-0a1b2c3d4e5f67890."
  }

  validation {
    condition     = !anytrue([for id in(var.function.network == null ? [] : var.function.network.database_security_group_ids) : !can(regex("^sg-[0-9a-f]+$", id))])
    error_message = "rotation.function.network.database_security_group_ids is ${jsonencode(try(var.function.network.database_security_group_ids, null))}. Give IDs of security groups, such as sg-0a1b2c3d4e5f67890."
  }

  validation {
    condition     = try(length(distinct(var.function.network.database_security_group_ids)) == length(var.function.network.database_security_group_ids), true)
    error_message = "rotation.function.network.database_security_group_ids is ${jsonencode(try(var.function.network.database_security_group_ids, null))}, with a duplicate. The module would create the same rule twice. Name each group only once."
  }

  validation {
    condition     = var.function.arn == null || can(regex("^arn:aws[a-z-]*:lambda:(eusc|[a-z]{2})(-[a-z]+)+-[0-9]:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?$", var.function.arn))
    error_message = "rotation.function.arn is ${jsonencode(var.function.arn)}. Give the ARN of a Lambda function, arn:aws:lambda:REGION:ACCOUNT:function:NAME."
  }

  validation {
    condition     = contains(["arm64", "x86_64"], var.function.architecture)
    error_message = "rotation.function.architecture is ${jsonencode(var.function.architecture)}. Use arm64 or x86_64."
  }

  validation {
    condition     = var.function.timeout_in_seconds >= 1 && var.function.timeout_in_seconds <= 900 && floor(var.function.timeout_in_seconds) == var.function.timeout_in_seconds
    error_message = "rotation.function.timeout_in_seconds is ${var.function.timeout_in_seconds}. Lambda accepts a whole number from 1 to 900."
  }

  validation {
    condition     = var.function.reserved_concurrency == -1 || (var.function.reserved_concurrency >= 1 && var.function.reserved_concurrency <= 1000000 && floor(var.function.reserved_concurrency) == var.function.reserved_concurrency)
    error_message = "rotation.function.reserved_concurrency is ${var.function.reserved_concurrency}. Give a whole number from 1, or -1 for as many as the account allows. With 0, the function would never run."
  }

  # AWS's published functions support neither:
  # https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas/issues/27
  validation {
    condition     = var.function.package != null || (var.function.role.path == "/" && var.function.role.permissions_boundary == null)
    error_message = "rotation.function.role is given for a function whose role this module does not create. Remove role, or use this project's function: rotation.function = { package = {...} }."
  }

  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
  validation {
    condition     = can(regex("^/([A-Za-z0-9_+=,.@-]+/)*$", var.function.role.path)) && length(var.function.role.path) <= 512
    error_message = "rotation.function.role.path is ${jsonencode(var.function.role.path)}. Give a path of at most 512 characters that begins and ends with /, such as /service/."
  }

  validation {
    condition     = var.function.role.permissions_boundary == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,128}$", var.function.role.permissions_boundary))
    error_message = "rotation.function.role.permissions_boundary is ${jsonencode(var.function.role.permissions_boundary)}. Give the ARN of a managed policy, arn:aws:iam::ACCOUNT:policy/NAME."
  }

  # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
  validation {
    condition     = contains(local.retention_days, var.function.logs.retention_in_days)
    error_message = "rotation.function.logs.retention_in_days is ${var.function.logs.retention_in_days}. CloudWatch Logs accepts one of: ${join(", ", local.retention_days)}. With 0, the logs never expire."
  }

  validation {
    condition     = var.function.logs.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.function.logs.kms_key_arn))
    error_message = "rotation.function.logs.kms_key_arn is ${jsonencode(var.function.logs.kms_key_arn)}. Give a key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID."
  }

  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  validation {
    condition     = length(var.function.alarm_topic_arns) <= 5
    error_message = "rotation.function.alarm_topic_arns has ${length(var.function.alarm_topic_arns)} entries. An alarm sends to at most 5 topics. Name fewer topics, and forward messages from one of them."
  }

  validation {
    condition     = !anytrue([for arn in var.function.alarm_topic_arns : !can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", arn))])
    error_message = "rotation.function.alarm_topic_arns is ${jsonencode(var.function.alarm_topic_arns)}. Give ARNs of standard topics, arn:aws:sns:REGION:ACCOUNT:NAME."
  }
}

locals {
  retention_days = [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
}

variable "tags" {
  description = "Tags of all resources that the module creates."
  type        = map(string)
  default     = {}
  nullable    = false

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
  validation {
    condition     = length(distinct([for key in keys(var.tags) : lower(key)])) == length(var.tags)
    error_message = "tags has the keys ${join(", ", keys(var.tags))}. Two of them differ only in case, and the role of the function cannot have both. Keep only one of them."
  }
}
