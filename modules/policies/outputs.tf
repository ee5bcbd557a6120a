# Few, since Terraform compares each output of a module with all others of its instances (docs/scale.md). An existing key
# waits for the first, a key that the module makes for the second, and the third waits for the key.

output "key_policy_statements_json" {
  description = "Statements that the policy of another key needs, so that the principals can use it for this secret. Several secrets' fit into one policy."
  value       = jsonencode({ Version = "2012-10-17", Statement = local.key_use_statements })
}

output "resource_policies_json" {
  description = <<-EOT
    Policies that are attached to resources:
    - `secret`: the secret's resource policy, at most 20,480 characters.
    - `key`: the policy of a key that encrypts this secret and nothing else, at most 32,768 characters.
  EOT
  value = {
    secret = local.secret_policy_json
    key    = local.key_policy_json
  }

  precondition {
    condition     = local.lengths.secret <= 20480
    error_message = "The secret's resource policy has ${local.lengths.secret} characters; Secrets Manager takes 20,480 at most. Name fewer readers, or give fewer or shorter policy_documents."
  }

  precondition {
    condition     = local.lengths.key <= 32768
    error_message = "The key policy has ${local.lengths.key} characters; KMS takes 32,768 at most. Name fewer readers, administrators and rotators."
  }

  precondition {
    condition     = alltrue(local.callers_statements_are_whole)
    error_message = "access.policy_documents: statement ${join(", ", [for index, whole in local.callers_statements_are_whole : index + 1 if !whole])} (of all in their order) is not whole. It needs Effect, Allow or Deny; Action, Resource and Principal (or NotAction, NotResource, NotPrincipal), each a text or a list of texts, and Principal \"*\" or such lists by type; Condition, if any, has values or lists of values by operator and key."
  }

  precondition {
    condition     = length(local.repeated_sids) == 0
    error_message = "The secret's resource policy has more than one statement with the Sid ${join(", ", local.repeated_sids)}. Give each statement of access.policy_documents a Sid of its own, which the module does not use, or none."
  }

  # Secrets Manager refuses these as well, but only in the middle of an apply.
  precondition {
    condition     = length(local.public_statements) == 0
    error_message = "The secret's resource policy allows everybody: statement ${join(", ", local.public_statements)} allows the principal \"*\" (or all but some, by NotPrincipal) without a condition that fixes the organization, the account, the principal, the source or the VPC. Name the principals, or add such a condition."
  }
}

output "identity_policies_json" {
  description = <<-EOT
    Policies that name the secret:
    - `reader`: identity policy of a role that reads the value, at most 6,144 characters. Several secrets' fit into one policy.
    - `rotator`: identity policy of a role that rotates the value, at most 6,144 characters.
    - `endpoint`: policy of a VPC endpoint for Secrets Manager that lets the principals through to this secret, at most 20,480 characters. Several secrets' fit into one policy.
  EOT
  value = {
    reader   = local.reader_policy_json
    rotator  = local.rotator_policy_json
    endpoint = local.endpoint_policy_json
  }

  # Not above: the key waits for that output.
  precondition {
    condition     = var.key_arn != null || length(local.foreign_readers) == 0
    error_message = "access.readers: ${join(", ", local.foreign_readers)} is in another account, where nobody can use the AWS managed key. Leave key.aws_managed out, so that the secret gets a key of its own."
  }

  precondition {
    condition     = length(local.reader_policy_json) <= 6144
    error_message = "The readers' identity policy has ${length(local.reader_policy_json)} characters; IAM takes 6,144 at most in a managed policy. Choose a shorter name, or fewer replicas."
  }

  precondition {
    condition     = length(local.endpoint_policy_json) <= 20480
    error_message = "The endpoint policy has ${length(local.endpoint_policy_json)} characters; a VPC endpoint takes 20,480 at most. Name fewer readers, administrators and rotators."
  }
}

locals {
  foreign_readers = [for arn in local.readers : arn if split(":", coalesce(arn, "::::"))[4] != var.account_id]

  # By name: a refusal prints the values of all that its condition names, which would be the whole document.
  lengths = { secret = length(local.secret_policy_json), key = length(local.key_policy_json) }
}
