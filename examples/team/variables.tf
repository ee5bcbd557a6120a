variable "region" {
  description = "AWS region of the secrets."
  type        = string
  default     = "us-east-1"
}

variable "card_processor_token" {
  description = "Token of the card processor. Required only when its `value_version` is new. The same is true for the other tokens."
  type        = string
  default     = null
  ephemeral   = true
}

variable "fraud_detection_token" {
  description = "Token of the fraud detection service."
  type        = string
  default     = null
  ephemeral   = true
}

variable "warehouse_token" {
  description = "Token of the warehouse."
  type        = string
  default     = null
  ephemeral   = true
}

variable "tax_rates_token" {
  description = "Token of the tax rates service."
  type        = string
  default     = null
  ephemeral   = true
}

variable "administrators" {
  description = "ARNs of the IAM roles that manage the secrets. The identity that runs Terraform must be one of them, unless it is the account's root."
  type        = list(string)
  default     = []
}

variable "recovery_window_in_days" {
  description = "Number of days in which you can restore a secret after its deletion, 7 to 30. 0 deletes it immediately."
  type        = number
  default     = 7
}
