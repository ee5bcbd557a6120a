variable "region" {
  description = "AWS region to make the secret in."
  type        = string
  default     = "us-east-1"
}

variable "api_key" {
  description = "The key's public half. Needed when `value_version` is new, and only then."
  type        = string
  default     = null
  ephemeral   = true
}

variable "api_secret" {
  description = "The key's secret half. Needed when `value_version` is new, and only then."
  type        = string
  default     = null
  ephemeral   = true
}

variable "value_version" {
  description = "Version of the key; raise it by one with each new key."
  type        = number
  default     = 1
}

variable "recovery_window_in_days" {
  description = "How many days the secret can be restored after `terraform destroy`: 7 to 30. 0 deletes it at once."
  type        = number
  default     = 7
}
