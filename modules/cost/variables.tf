variable "key" {
  description = <<-EOT
    The key that encrypts the secret, as `key` of the root module. By default, the root module creates a customer managed key.
    - `existing`: an existing customer managed key. The cost includes its requests, but not its monthly price.
    - `aws_managed`: `true` for the AWS managed key `aws/secretsmanager`, which costs nothing.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/intro.html
  EOT
  type = object({
    existing    = optional(object({}))
    aws_managed = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "key_rotations" {
  description = "Number of times that KMS has rotated the material of the key that the root module creates. The first and the second rotation raise the price of the key. Later rotations do not. Source: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html"
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.key_rotations >= 0 && floor(var.key_rotations) == var.key_rotations
    error_message = "key_rotations is ${var.key_rotations}. Use a whole number of at least 0."
  }
}

variable "replicas" {
  description = "Copies of the secret by region, as `replicas` of the root module. AWS bills each copy as a secret. The cost does not include the keys of the copies, which the module does not create."
  type        = map(object({}))
  default     = {}
  nullable    = false
}

variable "reads_per_month" {
  description = "Number of reads of the value in a month (GetSecretValue, BatchGetSecretValue)."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.reads_per_month >= 0
    error_message = "reads_per_month is ${var.reads_per_month}. Use a number of at least 0."
  }
}

variable "reads_per_call" {
  description = "Number of secrets that one call reads: 1 with GetSecretValue, up to 20 with BatchGetSecretValue. Each secret needs one KMS decryption. Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html"
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.reads_per_call >= 1 && var.reads_per_call <= 20
    error_message = "reads_per_call is ${var.reads_per_call}. BatchGetSecretValue reads 1 to 20 secrets."
  }
}

variable "rotation" {
  description = <<-EOT
    Rotation of the value by a function, as `rotation` of the root module. Null: no rotation.
    - `automatically_after_days` or `schedule_expression`: `rate(...)` or `cron(...)`. The module counts the rotations in a year of 365 days and divides by 12 months. The result is exact for days, for a rate and for days of the month. For days of the week it is an average: each weekday is a seventh of all days.
    - `function`: with `package`, this project's function, `monitoring` includes the function's alarm.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
  EOT
  type = object({
    automatically_after_days = optional(number)
    schedule_expression      = optional(string)
    function                 = optional(object({ package = optional(object({})) }))
  })
  default = null

  validation {
    condition     = var.rotation == null || (try(var.rotation.automatically_after_days, null) == null) != (try(var.rotation.schedule_expression, null) == null)
    error_message = "rotation has ${try(var.rotation.automatically_after_days, null) == null ? "neither automatically_after_days nor" : "both automatically_after_days and"} schedule_expression. Give one of them."
  }

  validation {
    condition     = try(var.rotation.automatically_after_days, null) == null || try(var.rotation.automatically_after_days > 0, false)
    error_message = "rotation.automatically_after_days is ${try(coalesce(var.rotation.automatically_after_days, 0), 0)}. Use a number above 0."
  }
}

variable "monitoring" {
  description = <<-EOT
    The inputs of modules/monitoring, as `monitoring` of the root module. Null: no monitoring.
    - It has two alarms, and a third with `rotated_within_days`.
    - `cloudtrail_log_group_name`: two metrics count in the logs of a trail.
    - `emails`: the module creates a topic with a customer managed key. The cost does not include the rotations of that key. After one year the key costs another `key_month`, and after two years a second one.
  EOT
  type = object({
    emails                    = optional(list(string))
    cloudtrail_log_group_name = optional(string)
    rotated_within_days       = optional(number)
  })
  default = null
}

variable "prices" {
  description = <<-EOT
    Prices in US dollars, by default those of us-east-1 on 2026-11-24, without any free tier.
    - `secret_month`: a secret or replica for a month. Default: 0.40.
    - `secrets_manager_10000_calls`: 10,000 calls to Secrets Manager. Default: 0.05. Source: https://aws.amazon.com/secrets-manager/pricing/
    - `key_month`: a customer managed key for a month, and again for each of its first two rotations. Default: 1.00.
    - `kms_10000_requests`: 10,000 requests to KMS. Default: 0.03. Source: https://aws.amazon.com/kms/pricing/
    - `lambda_1000000_requests`: 1,000,000 invocations. Default: 0.20.
    - `lambda_gb_second`: a second of a function with 1 GB. Default: 0.0000166667, the price of x86_64, which is the more expensive architecture. Source: https://aws.amazon.com/lambda/pricing/
    - `alarm_month`: an alarm for a month. Default: 0.10.
    - `metric_month`: a custom metric for a month. Default: 0.30. Source: https://aws.amazon.com/cloudwatch/pricing/
  EOT
  type = object({
    secret_month                = optional(number, 0.40)
    secrets_manager_10000_calls = optional(number, 0.05)
    key_month                   = optional(number, 1.00)
    kms_10000_requests          = optional(number, 0.03)
    lambda_1000000_requests     = optional(number, 0.20)
    lambda_gb_second            = optional(number, 0.0000166667)
    alarm_month                 = optional(number, 0.10)
    metric_month                = optional(number, 0.30)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for price in values(var.prices) : price >= 0])
    error_message = "prices has ${join(", ", [for name, price in var.prices : "${name} = ${price}" if price < 0])}. Use prices of at least 0."
  }
}
