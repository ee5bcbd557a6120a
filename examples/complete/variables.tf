variable "region" {
  description = "AWS region of the secret, its VPC and its database. Use any region except Ireland, which has the copy."
  type        = string
  default     = "us-east-1"
}

variable "database_host" {
  description = "Host name of the database, as in the database's certificate."
  type        = string
  default     = "tickets.cluster.example.com"
}

variable "administrators" {
  description = "ARNs of the IAM roles that manage the secret, from any network. The identity that runs Terraform must be one of them, unless it is the account's root."
  type        = list(string)
  default     = []
}

variable "copy_vpc_endpoint_ids" {
  description = "IDs of the VPC endpoints in Ireland through which the application can read the copy. Without an ID, only administrators can read the copy."
  type        = list(string)
  default     = []
}

variable "emails" {
  description = "E-mail addresses that get the alerts. AWS first sends each address an e-mail to confirm."
  type        = list(string)
  default     = ["security@example.com"]
}

variable "package_file" {
  description = "Path of the rotation function's zip. Default: ../../dist/rotation.zip, which `make package` builds in a clone of the repository. With `CA_BUNDLE=file.pem`, the zip contains the certificate authorities of the database."
  type        = string
  default     = null
}

variable "recovery_window_in_days" {
  description = "Number of days in which you can restore the secret after `terraform destroy`, 7 to 30. At most 14, the deletion window of its key. 0 deletes it immediately."
  type        = number
  default     = 7
}
