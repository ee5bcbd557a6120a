variable "region" {
  description = "AWS region of the secret and the stack."
  type        = string
  default     = "us-east-1"
}

variable "username" {
  description = "User of the carrier's API. Required only when `value_version` is new."
  type        = string
  default     = null
  ephemeral   = true
}

variable "password" {
  description = "Password of the user. Required only when `value_version` is new."
  type        = string
  default     = null
  ephemeral   = true
}

variable "value_version" {
  description = "Version of the login. Raise it by one for each new login. The same apply updates the stack."
  type        = number
  default     = 1
}

variable "administrators" {
  description = "ARNs of the IAM roles that manage the secret. The identity that runs Terraform must be one of them, unless it is the account's root."
  type        = list(string)
  default     = []
}

variable "recovery_window_in_days" {
  description = "Number of days in which you can restore the secret after `terraform destroy`, 7 to 30. 0 deletes it immediately."
  type        = number
  default     = 7
}
