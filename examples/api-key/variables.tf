variable "region" {
  description = "AWS region of the secret."
  type        = string
  default     = "us-east-1"
}

variable "api_key" {
  description = "Public half of the key. Required only when `value_version` is new."
  type        = string
  default     = null
  ephemeral   = true
}

variable "api_secret" {
  description = "Secret half of the key. Required only when `value_version` is new."
  type        = string
  default     = null
  ephemeral   = true
}

variable "value_version" {
  description = "Version of the key. Raise it by one for each new key."
  type        = number
  default     = 1
}

variable "recovery_window_in_days" {
  description = "Number of days in which you can restore the secret after `terraform destroy`, 7 to 30. 0 deletes it immediately."
  type        = number
  default     = 7
}
