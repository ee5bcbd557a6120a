variable "region" {
  description = "AWS region to make the secret in."
  type        = string
  default     = "us-east-1"
}

variable "database_host" {
  description = "Host name of the database. A change of it keeps the password."
  type        = string
  default     = "localhost"
}

variable "recovery_window_in_days" {
  description = "How many days the secret can be restored after `terraform destroy`: 7 to 30. 0 deletes it at once, to try the example again under the same name."
  type        = number
  default     = 7
}
