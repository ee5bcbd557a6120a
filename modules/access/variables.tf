variable "secret_name" {
  description = "Name of the secret that the documents are for. `orders/*` stands for all secrets whose names begin with `orders/`, as the policy of a key that they share needs it."
  type        = string
  nullable    = false
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
    Null: the account's IAM policies decide. Empty: only the others who are named.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
  EOT
  type        = list(string)
  default     = null

  # Lists whose entries may not be known while planning go without alltrue and try, which give up at such an entry.
  validation {
    condition     = !anytrue([for arn in coalesce(var.readers, []) : !can(regex(local.principal_arn, arn))])
    error_message = "access.readers: ${jsonencode([for arn in coalesce(var.readers, []) : arn if !can(regex(local.principal_arn, arn))])} is not the ARN of a role. Give arn:${local.partition}:iam::ACCOUNT:role/NAME with an account of 12 digits; for the session of an assumed role give the role itself. An AWS service goes into access.services."
  }

  validation {
    condition     = length(coalesce(var.readers, ["any"])) + length(var.services) + length(var.administrators) + length(var.rotators) > 0
    error_message = "access.readers is empty and nobody else is named, so that nobody could read the value. Name who reads it, or leave readers out to let IAM decide."
  }
}

locals {
  principal_arn   = "^arn:${local.partition}:iam::[0-9]{12}:(role|user)/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}$"
  foreign_readers = [for arn in local.readers : arn if split(":", arn)[4] != local.account_id]
}

variable "services" {
  description = <<-EOT
    AWS services that read the value under a name of their own, by service principal such as `appflow.amazonaws.com`. A service is let in for its source alone, against the confused deputy:
    - `source_account`: account for which the service acts. Default: the secret's own.
    - `source_arns`: ARNs of the resources for which it acts; `*` and `?` may stand in them. Default: all of that account.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
  EOT
  type = map(object({
    source_account = optional(string)
    source_arns    = optional(list(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for service in keys(var.services) : can(regex("^[a-z0-9.-]+\\.amazonaws\\.com(\\.cn)?$", service))])
    error_message = "access.services has the keys ${join(", ", keys(var.services))}. Each must be a service principal, like appflow.amazonaws.com."
  }

  validation {
    condition     = alltrue([for source in values(var.services) : source != null])
    error_message = "access.services is null for ${join(", ", [for service, source in var.services : service if source == null])}. Give {} for a service without limits of its own, or leave it out."
  }

  validation {
    condition     = alltrue([for source in values(var.services) : can(regex("^[0-9]{12}$", source.source_account)) if try(source.source_account, null) != null])
    error_message = "access.services: source_account is ${jsonencode([for source in values(var.services) : try(source.source_account, null)])}. An account id has 12 digits."
  }

  # No "$" and "&", which could begin a policy variable.
  validation {
    condition     = !anytrue([for arn in flatten([for source in values(var.services) : source.source_arns if source != null]) : !can(regex("^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9*?-]*:[0-9*?]*:[A-Za-z0-9_+=,.@?:/#!~-][A-Za-z0-9_+=,.@*?:/#!~-]*$", arn))])
    error_message = "access.services: source_arns has ${jsonencode(flatten([for source in values(var.services) : source.source_arns if source != null]))}. Each must be the ARN of a resource, arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE, which may have * and ? in it."
  }
}

variable "administrators" {
  description = "ARNs of the IAM roles (or users) of this account that manage the secret, whoever runs Terraform among them: they change its policy, so they can also read its value. None of the limits of `only` binds them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = !anytrue([for arn in var.administrators : !can(regex(local.principal_arn, arn)) || try(split(":", arn)[4], null) != local.account_id])
    error_message = "access.administrators: ${jsonencode([for arn in var.administrators : arn if !can(regex(local.principal_arn, arn)) || try(split(":", arn)[4], null) != local.account_id])} is not the ARN of a role of this account, ${local.account_id}. Give arn:aws:iam::${local.account_id}:role/NAME; for the session of an assumed role give the role itself."
  }
}

variable "rotators" {
  description = "ARNs of the IAM roles (or users) of this account that rotate the value: they read it, store new ones and move staging labels. None of the limits of `only` binds them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = !anytrue([for arn in var.rotators : !can(regex(local.principal_arn, arn)) || try(split(":", arn)[4], null) != local.account_id])
    # Without the entries: the role of a function that is yet to be made has no ARN, and then there would be no message.
    error_message = "access.rotators has an entry that is not the ARN of a role of this account, ${local.account_id}. Give arn:aws:iam::${local.account_id}:role/NAME; for the session of an assumed role give the role itself."
  }
}

variable "superuser" {
  description = "Secret of the superuser whom rotation by alternating users needs: its ARN, and that of the customer managed key that encrypts it (null: the AWS managed key). Rotators read it."
  type = object({
    secret_arn = string
    key_arn    = optional(string)
  })
  default = null

  # In both a wildcard would let rotators read more than this one secret. Without its suffix an ARN names no secret.
  validation {
    condition     = var.superuser == null || can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]+-[A-Za-z0-9]{6}$", var.superuser.secret_arn))
    error_message = "database.superuser_secret_arn is ${jsonencode(try(var.superuser.secret_arn, null))}, which is not the whole ARN of a secret. Give the superuser's secret as arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX, with the hyphen and six characters that Secrets Manager adds: aws secretsmanager describe-secret prints it."
  }

  validation {
    condition     = try(var.superuser.key_arn, null) == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.superuser.key_arn))
    error_message = "database.superuser_key_arn is ${jsonencode(try(var.superuser.key_arn, null))}, which is not the ARN of a key. Give the key that encrypts the superuser's secret as arn:aws:kms:REGION:ACCOUNT:key/ID, or leave it out for the AWS managed key."
  }
}

variable "only" {
  description = <<-EOT
    Limits on reading the value, each optional; all that are given must hold. Administrators, rotators and the account's root are free of them.
    - `vpc_endpoint_ids`: through these VPC endpoints, `vpce-...`. Calls that an AWS service makes for somebody, as CloudFormation does, are let through.
    - `ip_ranges`: from these public address ranges in CIDR notation; with `vpc_endpoint_ids` either will do.
    - `organization_id`: by principals of this AWS organization, `o-...`.
    - `not_before`, `not_after`: between these instants, as `2026-01-31T08:00:00Z`.
    - `principal_tags`: by principals with all these tags, value by key.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
  EOT
  type = object({
    vpc_endpoint_ids = optional(list(string), [])
    ip_ranges        = optional(list(string), [])
    organization_id  = optional(string)
    not_before       = optional(string)
    not_after        = optional(string)
    principal_tags   = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = !anytrue([for id in var.only.vpc_endpoint_ids : !can(regex("^vpce-[0-9a-f]+$", id))])
    error_message = "access.only.vpc_endpoint_ids is ${jsonencode(var.only.vpc_endpoint_ids)}. Give ids of VPC endpoints, like vpce-0a1b2c3d4e5f67890."
  }

  validation {
    condition     = alltrue([for range in var.only.ip_ranges : can(cidrhost(range, 0))])
    error_message = "access.only.ip_ranges is ${jsonencode(var.only.ip_ranges)}. Give ranges in CIDR notation, like 203.0.113.0/24; a single address ends in /32."
  }

  validation {
    condition     = !anytrue([for range in var.only.ip_ranges : can(regex("^(10|127|192\\.168|172\\.(1[6-9]|2[0-9]|3[01]))\\.", range))])
    error_message = "access.only.ip_ranges is ${jsonencode(var.only.ip_ranges)}. AWS sees public addresses only, so that a private range lets nobody in: for requests from a VPC give vpc_endpoint_ids."
  }

  validation {
    condition     = alltrue([for range in var.only.ip_ranges : !endswith(range, "/0") if range != null])
    error_message = "access.only.ip_ranges is ${jsonencode(var.only.ip_ranges)}. A range of /0 is every address and limits nothing: leave it out, or give the ranges that are meant."
  }

  validation {
    condition     = var.only.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.only.organization_id))
    error_message = "access.only.organization_id is ${jsonencode(var.only.organization_id)}. Give the organization's id: o- and 10 to 32 lower-case letters or digits."
  }

  validation {
    condition     = alltrue([for instant in [var.only.not_before, var.only.not_after] : can(timeadd(instant, "0s")) if instant != null])
    error_message = "access.only.not_before is ${jsonencode(var.only.not_before)} and not_after ${jsonencode(var.only.not_after)}. Give instants as 2026-01-31T08:00:00Z."
  }

  validation {
    condition     = try(timecmp(var.only.not_before, var.only.not_after) < 0, true)
    error_message = "access.only.not_before, ${jsonencode(var.only.not_before)}, is not before not_after, ${jsonencode(var.only.not_after)}: nobody could ever read the value. Exchange them, or leave one out."
  }

  validation {
    condition     = alltrue([for key, value in var.only.principal_tags : can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,256}$", value))])
    error_message = "access.only.principal_tags: ${jsonencode(var.only.principal_tags)} is not valid. Keys take 1 to 128 and values 1 to 256 letters, numbers, spaces and _ . : / = + - @."
  }

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
  validation {
    condition     = length(distinct([for key in keys(var.only.principal_tags) : lower(key)])) == length(var.only.principal_tags)
    error_message = "access.only.principal_tags has the keys ${join(", ", keys(var.only.principal_tags))}, two of which differ in case alone: for IAM they are one tag. Keep one of them."
  }
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

variable "terraform_reads_value" {
  description = "Whether Terraform reads the value, as it does to keep it. Then whoever runs Terraform must be among those who may."
  type        = bool
  default     = true
  nullable    = false
}
