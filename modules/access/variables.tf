variable "secret_name" {
  description = "Name of the secret that the documents are for."
  type        = string
  nullable    = false
}

variable "policy_documents" {
  description = "IAM policy documents (JSON) with statements for the secret's resource policy, such as `data.aws_iam_policy_document.NAME.json`. In a secret's own policy `\"Resource\": \"*\"` means that secret."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for document in var.policy_documents : can(jsondecode(document).Statement)])
    error_message = "policy_documents: entry ${join(", ", [for index, document in var.policy_documents : index + 1 if !can(jsondecode(document).Statement)])} is not an IAM policy document. Give JSON with a Statement in it, for example data.aws_iam_policy_document.NAME.json."
  }
}

variable "key_administrators" {
  description = "ARNs of IAM roles that manage the key but cannot use it."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.key_administrators : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$", arn))])
    error_message = "key administrators: ${join(", ", [for arn in var.key_administrators : arn if !can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$", arn))])} is not the ARN of a role. Give arn:aws:iam::ACCOUNT:role/NAME; for an assumed role's session name the role itself."
  }
}
