# Few outputs: Terraform compares each output with all others of the module's instances (docs/scale.md). An existing key
# waits for the first output, and a new key for the second. The third output waits for the key.

output "key_policy_statements_json" {
  description = "Statements for the policy of another key, which allow the principals to use that key for this secret. One policy can have the statements of several secrets."
  value       = jsonencode({ Version = "2012-10-17", Statement = local.key_use_statements })
}

output "resource_policies_json" {
  description = <<-EOT
    Policies to attach to resources:
    - `secret`: the secret's resource policy, at most 20,480 characters.
    - `key`: the policy of a key that encrypts only this secret, at most 32,768 characters.
  EOT
  value = {
    secret = local.secret_policy_json
    key    = local.key_policy_json
  }

  precondition {
    condition     = local.lengths.secret <= 20480
    error_message = "The secret's resource policy has ${local.lengths.secret} characters. Secrets Manager accepts at most 20,480. Name fewer readers, or give fewer or shorter policy_documents."
  }

  precondition {
    condition     = local.lengths.key <= 32768
    error_message = "The key policy has ${local.lengths.key} characters. KMS accepts at most 32,768. Name fewer readers, administrators and rotators."
  }

  precondition {
    condition     = alltrue(local.callers_statements_are_whole)
    error_message = "access.policy_documents: statement ${join(", ", [for index, whole in local.callers_statements_are_whole : index + 1 if !whole])} (counted across all documents) is not complete. Effect must be Allow or Deny. Action and Resource (or NotAction and NotResource) must each be a string or a list of strings. Principal (or NotPrincipal) must be strings or lists of strings by type. Principal can also be \"*\". Condition, if any, must have values or lists of values by operator and key."
  }

  precondition {
    condition     = length(local.repeated_sids) == 0
    error_message = "The secret's resource policy has more than one statement with the Sid ${join(", ", local.repeated_sids)}. Give each statement of access.policy_documents a unique Sid, or no Sid. The module uses some Sids too."
  }

  # Secrets Manager also refuses these statements, but only in the middle of an apply.
  precondition {
    condition     = length(local.public_statements) == 0
    error_message = "The secret's resource policy allows everybody: statement ${join(", ", local.public_statements)} allows the principal \"*\" (or all but some, by NotPrincipal). No condition fixes the organization, the account, the principal, the source or the VPC. Name the principals, or add such a condition."
  }
}

output "identity_policies_json" {
  description = <<-EOT
    Policies that name the secret:
    - `reader`: identity policy of a role that reads the value, at most 6,144 characters. One policy can have the statements of several secrets.
    - `rotator`: identity policy of a role that rotates the value, at most 6,144 characters.
    - `endpoint`: policy of a VPC endpoint for Secrets Manager, at most 20,480 characters. It allows the principals to reach this secret. One policy can have the statements of several secrets.
  EOT
  value = {
    reader   = local.reader_policy_json
    rotator  = local.rotator_policy_json
    endpoint = local.endpoint_policy_json
  }

  # Not in resource_policies_json, because the key waits for that output.
  precondition {
    condition     = var.key_arn != null || length(local.foreign_readers) == 0
    error_message = "access.readers: ${join(", ", local.foreign_readers)} is in another account, where nobody can use the AWS managed key. Remove key.aws_managed, so that the module creates a key for the secret."
  }

  precondition {
    condition     = length(local.reader_policy_json) <= 6144
    error_message = "The readers' identity policy has ${length(local.reader_policy_json)} characters. IAM accepts at most 6,144 in a managed policy. Choose a shorter name, or fewer replicas."
  }

  precondition {
    condition     = length(local.endpoint_policy_json) <= 20480
    error_message = "The endpoint policy has ${length(local.endpoint_policy_json)} characters. A VPC endpoint accepts at most 20,480. Name fewer readers, administrators and rotators."
  }
}

locals {
  foreign_readers = [for arn in local.readers : arn if split(":", coalesce(arn, "::::"))[4] != var.account_id]

  # Local values, because an error prints the values that its condition refers to, which would be the whole document.
  lengths = { secret = length(local.secret_policy_json), key = length(local.key_policy_json) }
}
