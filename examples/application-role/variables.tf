variable "region" {
  description = "AWS region of the secret."
  type        = string
  default     = "us-east-1"
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
