variable "region" {
  description = "AWS region of all resources."
  type        = string
  default     = "us-east-1"
}

variable "database_host" {
  description = "Host name of the database, as in the database's certificate."
  type        = string
  default     = "orders.cluster.example.com"
}

variable "database_port" {
  description = "TCP port of the database."
  type        = number
  default     = 5432
}

variable "package_file" {
  description = "Path of the rotation function's zip. Default: ../../dist/rotation.zip, which `make package` builds in a clone of the repository. With `CA_BUNDLE=file.pem`, the zip contains the certificate authorities of the database."
  type        = string
  default     = null
}

variable "recovery_window_in_days" {
  description = "Number of days in which you can restore the secret after `terraform destroy`, 7 to 30. 0 deletes it immediately."
  type        = number
  default     = 7
}
