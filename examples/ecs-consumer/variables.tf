variable "region" {
  description = "AWS region of the secret and the task definition."
  type        = string
  default     = "us-east-1"
}

variable "administrators" {
  description = "ARNs of the IAM roles that manage the secret. The identity that runs Terraform must be one of them, unless it is the account's root."
  type        = list(string)
  default     = []
}

variable "database_host" {
  description = "Host name of the database. Tasks that start after a change get the new name. The password does not change."
  type        = string
  default     = "catalog.cluster.example.com"
}

variable "image" {
  description = "Image of the container. It must have `psql`, and the task's subnets must reach its registry."
  type        = string
  default     = "public.ecr.aws/docker/library/postgres:17-alpine"
}

variable "recovery_window_in_days" {
  description = "Number of days in which you can restore the secret after `terraform destroy`, 7 to 30. 0 deletes it immediately."
  type        = number
  default     = 7
}
