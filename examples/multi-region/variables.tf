variable "region" {
  description = "AWS region of the secret itself. Use any region except Ireland and Oregon, which have the copies."
  type        = string
  default     = "us-east-1"
}

variable "recovery_window_in_days" {
  description = "Number of days in which you can restore the secret after `terraform destroy`, 7 to 30. 0 deletes it immediately. AWS always deletes the copies immediately."
  type        = number
  default     = 7
}
