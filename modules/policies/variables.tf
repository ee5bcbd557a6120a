variable "secret_name" {
  description = "Name of the secret that the documents are for. `orders/*` stands for all secrets whose names begin with `orders/`, as the policy of a key that they share needs it."
  type        = string
  nullable    = false
}

variable "secret_arn" {
  description = "ARN of the secret. With it the policies of `identity_policies_json` name this secret and no other of the same name."
  type        = string
  default     = null
}

variable "account_id" {
  description = "Id of the account that the secret is in, 12 digits, as `data.aws_caller_identity` gives it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is ${jsonencode(var.account_id)}. Give the 12 digits of the account that the secret is in."
  }
}

variable "region" {
  description = "Region that the secret is in, or the replica whose key the policy is for."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: `aws`, `aws-cn`, `aws-eusc`, `aws-iso`, `aws-iso-b`, `aws-iso-e`, `aws-iso-f` or `aws-us-gov`, as `data.aws_partition` gives it."
  type        = string
  default     = "aws"
  nullable    = false

  validation {
    condition     = contains(keys(local.dns_suffixes), var.partition)
    error_message = "partition is ${jsonencode(var.partition)}. Use one of: ${join(", ", keys(local.dns_suffixes))}."
  }
}

variable "key_arn" {
  description = "ARN of the customer managed key that encrypts the secret. Null: the AWS managed key, which needs no permission and which no other account can use."
  type        = string
  default     = null
}

variable "replica_key_arns" {
  description = "ARN of the key that encrypts the secret's replica, by region. Readers of the secret read its replicas too, and what rotators store is copied to them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "readers" {
  description = <<-EOT
    ARNs of the IAM roles (or users) that read the value, of this account or another. Nobody else does, whatever their own policies allow, but administrators, rotators and the account's root.
    Null: the account's IAM policies decide.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
  EOT
  type        = list(string)
  default     = null

  # Lists whose entries may not be known while planning go without alltrue and try, which give up at such an entry.
  validation {
    condition     = !anytrue([for arn in coalesce(var.readers, []) : !can(regex(local.principal_arn, arn))])
    error_message = "access.readers: ${jsonencode([for arn in coalesce(var.readers, []) : arn if !can(regex(local.principal_arn, arn))])} is not the ARN of a role. Give arn:${var.partition}:iam::ACCOUNT:role/NAME with an account of 12 digits; for the session of an assumed role give the role itself. An AWS service goes into access.services."
  }

  validation {
    condition     = length(coalesce(var.readers, ["any"])) > 0
    error_message = "access.readers is []. Name the roles that read the value, or leave readers out to let the account's IAM policies decide. Where only administrators or services read it, name an administrator."
  }
}

locals {
  principal_arn = "^arn:${var.partition}:iam::[0-9]{12}:(role|user)/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}$"
}

variable "services" {
  description = "AWS services that read the value under a name of their own, as `access.services` of the root module: `source_account` and `source_arns` by service principal."
  type        = any
  default     = {}
  nullable    = false
}

variable "administrators" {
  description = "ARNs of the IAM roles (or users) of this account that manage the secret, the identity that runs Terraform among them: they change its policy, so they can also read its value. None of the limits of `conditions` binds them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = !anytrue([for arn in var.administrators : !can(regex(local.principal_arn, arn)) || try(split(":", arn)[4], null) != var.account_id])
    error_message = "access.administrators: ${jsonencode([for arn in var.administrators : arn if !can(regex(local.principal_arn, arn)) || try(split(":", arn)[4], null) != var.account_id])} is not the ARN of a role of this account, ${var.account_id}. Give arn:aws:iam::${var.account_id}:role/NAME; for the session of an assumed role give the role itself."
  }
}

variable "rotators" {
  description = "ARNs of the IAM roles (or users) of this account that rotate the value: they read it, store new ones and move staging labels. None of the limits of `conditions` binds them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = !anytrue([for arn in var.rotators : !can(regex(local.principal_arn, arn)) || try(split(":", arn)[4], null) != var.account_id])
    # Without the entries: the role of a function that is yet to be made has no ARN, and then there would be no message.
    error_message = "access.rotators has an entry that is not the ARN of a role of this account, ${var.account_id}. Give arn:aws:iam::${var.account_id}:role/NAME; for the session of an assumed role give the role itself."
  }
}

variable "superuser" {
  description = "Secret of the superuser whom rotation by alternating users needs: its ARN, and that of the customer managed key that encrypts it (null: the AWS managed key). Rotators read it."
  type = object({
    secret_arn = string
    key_arn    = optional(string)
  })
  default = null

  # The root module checks the same at database. In both a wildcard would let rotators read more than this one secret.
  validation {
    condition     = var.superuser == null || can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]+-[A-Za-z0-9]{6}$", var.superuser.secret_arn))
    error_message = "superuser.secret_arn is ${jsonencode(try(var.superuser.secret_arn, null))}, which is not the whole ARN of a secret. Give arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX: aws secretsmanager describe-secret prints it."
  }

  validation {
    condition     = try(var.superuser.key_arn, null) == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.superuser.key_arn))
    error_message = "superuser.key_arn is ${jsonencode(try(var.superuser.key_arn, null))}, which is not the ARN of a key. Give arn:aws:kms:REGION:ACCOUNT:key/ID, or leave it out for the AWS managed key."
  }
}

variable "conditions" {
  description = "Conditions on reading the value, as `access.conditions` of the root module. They do not bind administrators, rotators and the account's root."
  type        = any
  default     = {}
  nullable    = false
}

variable "policy_documents" {
  description = "IAM policy documents (JSON) with further statements for the secret's resource policy, such as `data.aws_iam_policy_document.NAME.json`. In a secret's own policy `\"Resource\": \"*\"` means that secret."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for document in var.policy_documents : can(flatten([jsondecode(document).Statement])[*].Effect)])
    error_message = "access.policy_documents: entry ${join(", ", [for index, document in var.policy_documents : index + 1 if !can(flatten([jsondecode(document).Statement])[*].Effect)])} is not an IAM policy document. Give JSON with a Statement in it, and an Effect in each statement, for example data.aws_iam_policy_document.NAME.json."
  }
}

variable "key_administrators" {
  description = "ARNs of the IAM roles (or users) that manage the key but cannot use it."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = !anytrue([for arn in var.key_administrators : !can(regex(local.principal_arn, arn))])
    error_message = "key.administrators: ${jsonencode([for arn in var.key_administrators : arn if !can(regex(local.principal_arn, arn))])} is not the ARN of a role. Give arn:aws:iam::ACCOUNT:role/NAME; for the session of an assumed role give the role itself."
  }
}
