variable "region" {
  description = "AWS region to make the secret and the task definition in."
  type        = string
  default     = "us-east-1"
}

variable "administrators" {
  description = "ARNs of the IAM roles that manage the secret: the identity that runs Terraform must be one of them, unless it is the account's root."
  type        = list(string)
  default     = []
}

variable "database_host" {
  description = "Host name of the database. Tasks that start after a change of it get the new one; the password stays."
  type        = string
  default     = "catalog.cluster.example.com"
}

variable "image" {
  description = "Image of the container: one with `psql`, from a registry that the task's subnets reach."
  type        = string
  default     = "public.ecr.aws/docker/library/postgres:17-alpine"
}

variable "recovery_window_in_days" {
  description = "How many days the secret can be restored after `terraform destroy`: 7 to 30. 0 deletes it at once."
  type        = number
  default     = 7
}
