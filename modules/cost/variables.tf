variable "key" {
  description = <<-EOT
    The key that encrypts the secret.
    - `made`: a customer managed key of its own.
    - `existing`: a customer managed key that is paid for elsewhere; its requests are billed.
    - `aws_managed`: the AWS managed key `aws/secretsmanager`, which costs nothing.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/intro.html
  EOT
  type        = string
  default     = "made"
  nullable    = false

  validation {
    condition     = contains(["made", "existing", "aws_managed"], var.key)
    error_message = "key is \"${var.key}\". Use made, existing or aws_managed."
  }
}

variable "key_rotations" {
  description = "How often KMS has rotated the material of a key that is `made`. The first and the second rotation raise the price of the key, the later ones do not. Source: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html"
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.key_rotations >= 0 && floor(var.key_rotations) == var.key_rotations
    error_message = "cost.key_rotations is ${var.key_rotations}. Use a whole number from 0."
  }
}

variable "replicas" {
  description = "Number of copies of the secret in other regions, each billed as a secret. Their keys are not counted: they are made elsewhere."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.replicas >= 0 && floor(var.replicas) == var.replicas
    error_message = "replicas is ${var.replicas}. Use a whole number from 0."
  }
}

variable "reads_per_month" {
  description = "How often the value is read (GetSecretValue, BatchGetSecretValue) in a month."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.reads_per_month >= 0
    error_message = "cost.reads_per_month is ${var.reads_per_month}. Use a number from 0."
  }
}

variable "reads_per_call" {
  description = "How many secrets one call reads: 1 by GetSecretValue, up to 20 by BatchGetSecretValue. KMS decrypts each by itself. Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html"
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.reads_per_call >= 1 && var.reads_per_call <= 20
    error_message = "reads_per_call is ${var.reads_per_call}. BatchGetSecretValue reads 1 to 20 secrets."
  }
}

variable "rotation" {
  description = "How often a function rotates the value: `days` or `schedule`, as `rotation` of modules/secret. A `cron(...)` is taken for one rotation a day. Null: never."
  type = object({
    days     = optional(number)
    schedule = optional(string)
  })
  default = null

  validation {
    condition     = try(var.rotation.days, null) == null || try(var.rotation.days > 0, false)
    error_message = "rotation.days is ${try(coalesce(var.rotation.days, 0), 0)}. Use a number above 0."
  }
}

variable "alarms" {
  description = "Number of CloudWatch alarms of standard resolution, on one metric each."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.alarms >= 0 && floor(var.alarms) == var.alarms
    error_message = "alarms is ${var.alarms}. Use a whole number from 0."
  }
}

variable "metrics" {
  description = "Number of custom metrics, such as those of metric filters on a trail's logs."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.metrics >= 0 && floor(var.metrics) == var.metrics
    error_message = "metrics is ${var.metrics}. Use a whole number from 0."
  }
}

variable "topic_key" {
  description = "Whether a customer managed key is made for an SNS topic. Its rotations are not counted: who keeps it for a year adds another `key_month`, and who keeps it for two a second."
  type        = bool
  default     = false
  nullable    = false
}

variable "prices" {
  description = <<-EOT
    Prices in US dollars, by default those of us-east-1 as they were looked up on 2026-11-24, without any free tier.
    - `secret_month`: a secret or replica for a month. Default: 0.40.
    - `secrets_manager_10000_calls`: 10,000 calls of Secrets Manager. Default: 0.05. Source: https://aws.amazon.com/secrets-manager/pricing/
    - `key_month`: a customer managed key for a month, and again for each of its first two rotations. Default: 1.00.
    - `kms_10000_requests`: 10,000 requests to KMS. Default: 0.03. Source: https://aws.amazon.com/kms/pricing/
    - `lambda_1000000_requests`: 1,000,000 invocations. Default: 0.20.
    - `lambda_gb_second`: a second of a function with 1 GB. Default: 0.0000166667, of x86_64, the dearer architecture. Source: https://aws.amazon.com/lambda/pricing/
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
    error_message = "cost.prices has ${join(", ", [for name, price in var.prices : "${name} = ${price}" if price < 0])}. Use prices from 0."
  }
}
