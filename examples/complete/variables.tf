variable "region" {
  description = "AWS region of the secret, its VPC and its database: any but Ireland, where the copy is."
  type        = string
  default     = "us-east-1"
}

variable "database_host" {
  description = "Host name of the database, as in its certificate."
  type        = string
  default     = "tickets.cluster.example.com"
}

variable "administrators" {
  description = "ARNs of the IAM roles that manage the secret, from anywhere: the identity that runs Terraform must be one of them, unless it is the account's root."
  type        = list(string)
  default     = []
}

variable "copy_vpc_endpoint_ids" {
  description = "Ids of the VPC endpoints in Ireland through which the application may read the copy there. None: only administrators."
  type        = list(string)
  default     = []
}

variable "emails" {
  description = "E-mail addresses that are told. Each gets a letter from AWS to confirm first."
  type        = list(string)
  default     = ["security@example.com"]
}

variable "package_file" {
  description = "Path of the rotation function's zip. Default: dist/rotation.zip of this repository, where `make package` puts it: with `CA_BUNDLE=file.pem` for the certificate authorities of the database."
  type        = string
  default     = null
}

variable "recovery_window_in_days" {
  description = "How many days the secret can be restored after `terraform destroy`: 7 to 30, and at most the 14 of its key. 0 deletes it at once."
  type        = number
  default     = 7
}
