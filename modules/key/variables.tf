variable "existing" {
  description = "Use this key instead of making one: exactly one of `arn` and `alias` (`alias/NAME`). The key must be enabled, symmetric and in the secret's region; whoever runs Terraform needs kms:DescribeKey on it."
  type = object({
    arn   = optional(string)
    alias = optional(string)
  })
  default = null

  validation {
    condition     = var.existing == null || length([for value in [try(var.existing.arn, null), try(var.existing.alias, null)] : true if value != null]) == 1
    error_message = "key.existing names ${length([for value in [try(var.existing.arn, null), try(var.existing.alias, null)] : true if value != null])} keys. Give either arn or alias."
  }

  validation {
    condition     = try(var.existing.arn, null) == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.existing.arn))
    error_message = "key.existing.arn is ${jsonencode(try(var.existing.arn, null))}. Give a key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID."
  }

  validation {
    condition     = try(var.existing.alias, null) == null || can(regex("^alias/[A-Za-z0-9/_-]+$", var.existing.alias)) && try(length(var.existing.alias) <= 256, false)
    error_message = "key.existing.alias is ${jsonencode(try(var.existing.alias, null))}. Give an alias as alias/NAME, with 1 to 250 of the characters A-Z a-z 0-9 / _ - after the first slash."
  }
}

variable "alias" {
  description = <<-EOT
    Alias of the key, starting with `alias/`: at most 256 of the characters `A-Z a-z 0-9 / _ -`, and not `alias/aws/...`.
    Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^alias/[A-Za-z0-9/_-]+$", var.alias)) && length(var.alias) <= 256 && !startswith(var.alias, "alias/aws/")
    error_message = "alias is \"${var.alias}\". Use alias/ and 1 to 250 of the characters A-Z a-z 0-9 / _ -; AWS keeps alias/aws/ to itself."
  }
}

variable "description" {
  description = "What the key is for, at most 8,192 characters."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.description) <= 8192
    error_message = "description has ${length(var.description)} characters. KMS takes 8,192 at most."
  }
}

variable "policy_json" {
  description = "The key policy as JSON, at most 32,768 characters."
  type        = string
  nullable    = false
}

variable "rotation_period_in_days" {
  description = "Days after which KMS makes new key material: 90 to 2560. Old material stays for what it encrypted."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.rotation_period_in_days >= 90 && var.rotation_period_in_days <= 2560 && floor(var.rotation_period_in_days) == var.rotation_period_in_days
    error_message = "rotation_period_in_days is ${var.rotation_period_in_days}. KMS takes a whole number from 90 to 2560."
  }
}

variable "deletion_window_in_days" {
  description = "Days from the deletion of the key until it is gone, in which the deletion can be cancelled: 7 to 30."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains(range(7, 31), var.deletion_window_in_days)
    error_message = "deletion_window_in_days is ${var.deletion_window_in_days}. KMS takes a whole number from 7 to 30."
  }
}

variable "tags" {
  description = "Tags of the key."
  type        = map(string)
  default     = {}
  nullable    = false
}
