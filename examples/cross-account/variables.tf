variable "region" {
  description = "AWS region of the secret."
  type        = string
  default     = "us-east-1"
}

variable "reader_account_role_arn" {
  description = "ARN of the role that Terraform assumes in the reader's account, to create the reader's role there."
  type        = string
  default     = "arn:aws:iam::222222222222:role/deploy"
}

variable "organization_id" {
  description = "ID of the AWS organization of both accounts, `o-...`. AWS denies a reader outside it. Null: no such limit."
  type        = string
  default     = null
}

variable "administrators" {
  description = "ARNs of the IAM roles that manage the secret. The identity that runs Terraform must be one of them, unless it is the account's root."
  type        = list(string)
  default     = []
}

variable "recovery_window_in_days" {
  description = "Number of days in which you can restore the secret after `terraform destroy`, 7 to 30. 0 deletes it immediately."
  type        = number
  default     = 7
}
