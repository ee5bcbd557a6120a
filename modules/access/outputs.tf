locals {
  # By names of their own, or a refusal would print the whole document; not in one map, or the key would wait for itself.
  secret_policy_length   = length(local.secret_policy_json)
  key_policy_length      = length(local.key_policy_json)
  reader_policy_length   = length(local.reader_policy_json)
  endpoint_policy_length = length(local.endpoint_policy_json)
}

output "secret_policy_json" {
  description = "The secret's resource policy, at most 20,480 characters."
  value       = local.secret_policy_json

  precondition {
    condition     = local.secret_policy_length <= 20480
    error_message = "The secret's resource policy has ${local.secret_policy_length} characters; Secrets Manager takes 20,480 at most. Name fewer readers, or give fewer or shorter policy_documents."
  }

  precondition {
    condition     = alltrue(local.callers_statements_are_whole)
    error_message = "access.policy_documents: statement ${join(", ", [for index, whole in local.callers_statements_are_whole : index + 1 if !whole])} (of all in their order) is not whole. It needs Effect, Allow or Deny; Action, Resource and Principal (or NotAction, NotResource, NotPrincipal), each a text or a list of texts, and Principal \"*\" or such lists by type; Condition, if any, has values or lists of values by operator and key."
  }

  precondition {
    condition     = length(local.repeated_sids) == 0
    error_message = "The secret's resource policy has more than one statement with the Sid ${join(", ", local.repeated_sids)}. Give each statement of access.policy_documents a Sid of its own, which the module does not use, or none."
  }

  precondition {
    condition     = length(local.denials) == 0 || !var.terraform_reads_value || local.caller_is_named
    error_message = "access limits who reads the value, and ${local.caller_role}, who runs Terraform, is not named: with the next plan Terraform could not read it. Add this ARN (with the role's path, if it has one) to access.administrators or access.readers."
  }

  precondition {
    condition     = var.key_arn != null || length(local.foreign_readers) == 0
    error_message = "access.readers: ${join(", ", local.foreign_readers)} is in another account, where nobody can use the AWS managed key. Leave key.aws_managed out, so that the secret gets a key of its own."
  }
}

output "key_policy_json" {
  description = "Policy of a key that encrypts this secret and nothing else, at most 32,768 characters."
  value       = local.key_policy_json

  precondition {
    condition     = local.key_policy_length <= 32768
    error_message = "The key policy has ${local.key_policy_length} characters; KMS takes 32,768 at most. Name fewer readers, administrators and rotators."
  }
}

output "key_policy_statements_json" {
  description = "Statements that the policy of a key of your own needs, so that those who are named can use it for this secret. Several secrets' can stand in one policy."
  value       = local.key_use_policy_json
}

output "reader_policy_json" {
  description = "Identity policy of a role that reads the value, at most 6,144 characters. Several secrets' can stand in one policy."
  value       = local.reader_policy_json

  precondition {
    condition     = local.reader_policy_length <= 6144
    error_message = "The readers' identity policy has ${local.reader_policy_length} characters; IAM takes 6,144 at most in a managed policy. Choose a shorter name, or fewer replicas."
  }
}

output "rotator_policy_json" {
  description = "Identity policy of a role that rotates the value, at most 6,144 characters."
  value       = local.rotator_policy_json
}

output "endpoint_policy_json" {
  description = "Policy of a VPC endpoint for Secrets Manager that lets those who are named through to this secret, at most 20,480 characters. Several secrets' can stand in one policy."
  value       = local.endpoint_policy_json

  precondition {
    condition     = local.endpoint_policy_length <= 20480
    error_message = "The endpoint policy has ${local.endpoint_policy_length} characters; a VPC endpoint takes 20,480 at most. Name fewer readers, administrators and rotators."
  }
}
