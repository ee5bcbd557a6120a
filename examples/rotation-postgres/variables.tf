variable "region" {
  description = "AWS region to make all in."
  type        = string
  default     = "us-east-1"
}

variable "database_host" {
  description = "Host name of the database, as in its certificate."
  type        = string
  default     = "orders.cluster.example.com"
}

variable "database_port" {
  description = "TCP port of the database."
  type        = number
  default     = 5432
}

variable "package_file" {
  description = "Path of the rotation function's zip. Default: dist/rotation.zip of this repository, where `make package` puts it: with `CA_BUNDLE=file.pem` for the certificate authorities of the database."
  type        = string
  default     = null
}

variable "recovery_window_in_days" {
  description = "How many days the secret can be restored after `terraform destroy`: 7 to 30. 0 deletes it at once."
  type        = number
  default     = 7
}
