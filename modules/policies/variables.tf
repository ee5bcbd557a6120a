variable "secret_name" {
  description = "Name of the secret that the policy documents are for. `orders/*` matches all secrets whose names begin with `orders/`. The policy of a shared key needs this form."
  type        = string
  nullable    = false
}

variable "secret_arn" {
  description = "ARN of the secret. With the ARN, the policies of `identity_policies_json` name only this secret, and not another secret with the same name."
  type        = string
  default     = null
}

variable "account_id" {
  description = "ID of the secret's account, 12 digits, as `data.aws_caller_identity` returns it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is ${jsonencode(var.account_id)}. Give the 12 digits of the secret's account."
  }
}

variable "region" {
  description = "Region of the secret. For the policy of a replica's key, give the region of the replica."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: `aws`, `aws-cn`, `aws-eusc`, `aws-iso`, `aws-iso-b`, `aws-iso-e`, `aws-iso-f` or `aws-us-gov`, as `data.aws_partition` returns it."
  type        = string
  default     = "aws"
  nullable    = false

  validation {
    condition     = contains(keys(local.dns_suffixes), var.partition)
    error_message = "partition is ${jsonencode(var.partition)}. Use one of: ${join(", ", keys(local.dns_suffixes))}."
  }
}

variable "key_arn" {
  description = "ARN of the customer managed key that encrypts the secret. Null: the AWS managed key, which needs no permission and does not work from other accounts."
  type        = string
  default     = null
}

variable "replica_key_arns" {
  description = "ARN of the key that encrypts the secret's replica, by region. Readers of the secret also read its replicas. Secrets Manager copies the values that rotators store to the replicas."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "readers" {
  description = <<-EOT
    ARNs of the IAM roles (or users) that read the value, in this account or another. With this list, only they, administrators, rotators and the account's root can read the value. Nobody else can, whatever their own policies allow.
    Null: the account's IAM policies decide.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
  EOT
  type        = list(string)
  default     = null

  # Entries can be unknown during planning, so this check avoids alltrue and try, which return unknown at such an entry.
  validation {
    condition     = !anytrue([for arn in coalesce(var.readers, []) : !can(regex(local.principal_arn, arn))])
    error_message = "access.readers: ${jsonencode([for arn in coalesce(var.readers, []) : arn if !can(regex(local.principal_arn, arn))])} is not the ARN of a role. Give arn:${var.partition}:iam::ACCOUNT:role/NAME with an account ID of 12 digits. For the session of an assumed role, give the role itself. For an AWS service, use access.services."
  }

  validation {
    condition     = length(coalesce(var.readers, ["any"])) > 0
    error_message = "access.readers is []. Name the roles that read the value, or remove readers so that the account's IAM policies decide. If only administrators or services read it, name an administrator."
  }
}

locals {
  principal_arn = "^arn:${var.partition}:iam::[0-9]{12}:(role|user)/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}$"
}

variable "services" {
  description = "AWS services that read the value as service principals, as `access.services` of the root module. The map has `source_account` and `source_arns` by service principal."
  type        = any
  default     = {}
  nullable    = false
}

variable "administrators" {
  description = "ARNs of the IAM roles (or users) of this account that manage the secret, including the identity that runs Terraform. They can change the secret's policy, so they can also read its value. The `conditions` do not apply to them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = !anytrue([for arn in var.administrators : !can(regex(local.principal_arn, arn)) || try(split(":", arn)[4], null) != var.account_id])
    error_message = "access.administrators: ${jsonencode([for arn in var.administrators : arn if !can(regex(local.principal_arn, arn)) || try(split(":", arn)[4], null) != var.account_id])} is not the ARN of a role of this account, ${var.account_id}. Give arn:${var.partition}:iam::${var.account_id}:role/NAME. For the session of an assumed role, give the role itself."
  }
}

variable "rotators" {
  description = "ARNs of the IAM roles (or users) of this account that rotate the value. They read the value, store new values and move staging labels. The `conditions` do not apply to them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = !anytrue([for arn in var.rotators : !can(regex(local.principal_arn, arn)) || try(split(":", arn)[4], null) != var.account_id])
    # The message omits the entries: before its creation a function's role has no ARN, and Terraform could not print the
    # message.
    error_message = "access.rotators has an entry that is not the ARN of a role of this account, ${var.account_id}. Give arn:${var.partition}:iam::${var.account_id}:role/NAME. For the session of an assumed role, give the role itself."
  }
}

variable "superuser" {
  description = "Secret of the superuser that rotation by alternating users needs. It has the ARN of the secret and the ARN of the customer managed key that encrypts it (null: the AWS managed key). Rotators read this secret."
  type = object({
    secret_arn = string
    key_arn    = optional(string)
  })
  default = null

  # The root module has the same check in var.database. Without it, a wildcard would allow rotators to read more secrets.
  validation {
    condition     = var.superuser == null || can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]+-[A-Za-z0-9]{6}$", var.superuser.secret_arn))
    error_message = "superuser.secret_arn is ${jsonencode(try(var.superuser.secret_arn, null))}, which is not the full ARN of a secret. Give arn:${var.partition}:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX. To print it, run aws secretsmanager describe-secret."
  }

  validation {
    condition     = try(var.superuser.key_arn, null) == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.superuser.key_arn))
    error_message = "superuser.key_arn is ${jsonencode(try(var.superuser.key_arn, null))}, which is not the ARN of a key. Give arn:${var.partition}:kms:REGION:ACCOUNT:key/ID, or leave it out for the AWS managed key."
  }
}

variable "conditions" {
  description = "Conditions on reading the value, as `access.conditions` of the root module, with the same exceptions. No condition applies to administrators, rotators and the account's root. For `services`, only `not_before` and `not_after` apply. The network conditions do not apply to calls that an AWS service makes on behalf of a principal."
  type        = any
  default     = {}
  nullable    = false
}

variable "policy_documents" {
  description = "IAM policy documents (JSON) with more statements for the secret's resource policy, such as `data.aws_iam_policy_document.NAME.json`. In the policy of a secret, `\"Resource\": \"*\"` means that secret."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for document in var.policy_documents : can(flatten([jsondecode(document).Statement])[*].Effect)])
    error_message = "access.policy_documents: entry ${join(", ", [for index, document in var.policy_documents : index + 1 if !can(flatten([jsondecode(document).Statement])[*].Effect)])} is not an IAM policy document. Give JSON with a Statement, and with an Effect in each statement, for example data.aws_iam_policy_document.NAME.json."
  }
}

variable "key_administrators" {
  description = "ARNs of the IAM roles (or users) that manage the key but cannot use it."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = !anytrue([for arn in var.key_administrators : !can(regex(local.principal_arn, arn))])
    error_message = "key.administrators: ${jsonencode([for arn in var.key_administrators : arn if !can(regex(local.principal_arn, arn))])} is not the ARN of a role. Give arn:${var.partition}:iam::ACCOUNT:role/NAME. For the session of an assumed role, give the role itself."
  }
}
