variable "region" {
  description = "AWS region of the secret itself, from which it is copied: neither Ireland nor Oregon, where the copies are."
  type        = string
  default     = "us-east-1"
}

variable "recovery_window_in_days" {
  description = "How many days the secret can be restored after `terraform destroy`: 7 to 30. 0 deletes it at once. The copies always go at once."
  type        = number
  default     = 7
}
