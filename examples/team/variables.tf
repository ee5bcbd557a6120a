variable "region" {
  description = "AWS region to make the secrets in."
  type        = string
  default     = "us-east-1"
}

variable "card_processor_token" {
  description = "Token of the card processor. Needed when its `value_version` is new, and only then; so are the others."
  type        = string
  default     = null
  ephemeral   = true
}

variable "fraud_detection_token" {
  description = "Token of the fraud detection."
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
  description = "Token of the service that knows the tax rates."
  type        = string
  default     = null
  ephemeral   = true
}

variable "administrators" {
  description = "ARNs of the IAM roles that manage the secrets: the identity that runs Terraform must be one of them, unless it is the account's root."
  type        = list(string)
  default     = []
}

variable "recovery_window_in_days" {
  description = "How many days a secret can be restored after it was removed: 7 to 30. 0 deletes it at once."
  type        = number
  default     = 7
}
