variable "region" {
  description = "AWS region of the secret."
  type        = string
  default     = "us-east-1"
}

variable "database_host" {
  description = "Host name of the database. A change of the name does not change the password."
  type        = string
  default     = "localhost"
}

variable "recovery_window_in_days" {
  description = "Number of days in which you can restore the secret after `terraform destroy`: 7 to 30, or 0 for none. AWS then deletes the secret immediately, and you can use the same name again."
  type        = number
  default     = 7
}
