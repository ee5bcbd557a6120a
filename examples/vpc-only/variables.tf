variable "region" {
  description = "AWS region to make all in."
  type        = string
  default     = "us-east-1"
}

variable "administrators" {
  description = "ARNs of the IAM roles that manage the secret, from anywhere: the identity that runs Terraform must be one of them, unless it is the account's root."
  type        = list(string)
  default     = []
}

variable "recovery_window_in_days" {
  description = "How many days the secret can be restored after `terraform destroy`: 7 to 30. 0 deletes it at once."
  type        = number
  default     = 7
}
