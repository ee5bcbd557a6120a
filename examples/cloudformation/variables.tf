variable "region" {
  description = "AWS region to make the secret and the stack in."
  type        = string
  default     = "us-east-1"
}

variable "username" {
  description = "User of the carrier's API. Needed when `value_version` is new, and only then."
  type        = string
  default     = null
  ephemeral   = true
}

variable "password" {
  description = "The user's password. Needed when `value_version` is new, and only then."
  type        = string
  default     = null
  ephemeral   = true
}

variable "value_version" {
  description = "Version of the login; raise it by one with each new login. The stack follows in the same apply."
  type        = number
  default     = 1
}

variable "administrators" {
  description = "ARNs of the IAM roles that manage the secret: the identity that runs Terraform must be one of them, unless it is the account's root."
  type        = list(string)
  default     = []
}

variable "recovery_window_in_days" {
  description = "How many days the secret can be restored after `terraform destroy`: 7 to 30. 0 deletes it at once."
  type        = number
  default     = 7
}
