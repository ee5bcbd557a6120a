data "aws_region" "current" {
  count = length(var.replicas) == 0 ? 0 : 1 # most secrets have one object less in the state
}

resource "aws_secretsmanager_secret" "this" { # "already scheduled for deletion"? Run: aws secretsmanager restore-secret, then import it (docs/recipes.md#restore)
  name                    = var.name
  description             = var.description
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_window_in_days
  tags                    = var.tags

  force_overwrite_replica_secret = var.force_overwrite_replica_secret

  dynamic "replica" {
    for_each = var.replicas

    content {
      region     = replica.key
      kms_key_id = replica.value.kms_key_arn
    }
  }

  lifecycle {
    # A secret of another name would be another secret, with another value.
    ignore_changes = [name]

    postcondition {
      condition     = self.name == var.name
      error_message = "name is ${jsonencode(var.name)}, and the secret in the state is ${jsonencode(self.name)}. Secrets Manager cannot rename a secret, and one made anew would have a new value. Keep the name, or carry the value over to a second secret (docs/recipes.md#rename)."
    }

    # The provider leaves the copies as they are where no region is named any more.
    # https://github.com/hashicorp/terraform-provider-aws/issues/23316
    postcondition {
      condition     = length(setsubtract(self.replica[*].region, keys(var.replicas))) == 0
      error_message = "The secret has copies in ${join(", ", setsubtract(self.replica[*].region, keys(var.replicas)))}, which replicas does not name, and Terraform's provider does not remove the last copy. Name the regions in replicas, or run this, then plan again: aws secretsmanager remove-regions-from-replication --secret-id ${var.name} --remove-replica-regions ${join(" ", setsubtract(self.replica[*].region, keys(var.replicas)))}"
    }

    postcondition {
      condition     = !contains(self.replica[*].status, "Failed")
      error_message = "The secret is not copied to every region. ${join(" ", [for replica in self.replica : "${replica.region}: ${coalesce(replica.status_message, "AWS gives no reason.")}" if replica.status == "Failed"])} Fix the cause; where a secret of this name is there, delete it, or set force_overwrite_replica_secret = true to overwrite it. Run this, then apply again: aws secretsmanager remove-regions-from-replication --secret-id ${var.name} --remove-replica-regions ${join(" ", [for replica in self.replica : replica.region if replica.status == "Failed"])}"
    }

    precondition {
      condition     = !contains(keys(var.replicas), local.region)
      error_message = "replicas names ${local.region}, the region that the secret itself is in. Name other regions only."
    }
  }
}

data "aws_secretsmanager_secret" "current" {
  count = var.aws_managed_key ? 1 : 0

  arn = local.arn
}

resource "aws_secretsmanager_secret_policy" "this" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  policy              = var.policy_json
  block_public_policy = true

  lifecycle {
    precondition {
      condition     = length(var.policy_json) <= 20480
      error_message = "The secret's resource policy has ${length(var.policy_json)} characters; Secrets Manager takes 20,480 at most. Give fewer or shorter statements."
    }

    # The provider leaves an empty KmsKeyId out of UpdateSecret. A condition at the data source would have it read too late.
    precondition {
      condition     = local.current_key == ""
      error_message = "${var.name} is encrypted with ${local.current_key}, and Terraform's provider cannot give it the AWS managed key. Run this, then plan again: aws secretsmanager update-secret --secret-id ${var.name} --kms-key-id alias/aws/secretsmanager"
    }

    # Secrets Manager refuses these as well, but only in the middle of an apply.
    precondition {
      condition     = length(local.public_statements) == 0
      error_message = "The secret's resource policy allows everybody: statement ${join(", ", local.public_statements)} allows the principal \"*\" (or all but some, by NotPrincipal) without a condition that fixes the organization, the account, the principal, the source or the VPC. Name the principals, or add such a condition."
    }
  }
}

locals {
  # A data source that names a resource itself waits for its changes. By a local value it is read while planning.
  # https://developer.hashicorp.com/terraform/language/v1.11.x/data-sources#data-resource-behavior
  arn = aws_secretsmanager_secret.this.arn

  region      = try(data.aws_region.current[0].id, "")
  current_key = try(coalesce(data.aws_secretsmanager_secret.current[0].kms_key_id), "")

  policy_statements = flatten([try(jsondecode(var.policy_json).Statement, [])])

  # A condition that compares one of these keys with fixed values confines who a wildcard principal can be.
  # doctor/secret_doctor/public_policy.py has the same lists with the reasons, tests/test_public_policy.py compares them.
  confining_keys = [
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount",
    "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce",
    "aws:userid", "kms:calleraccount",
  ]
  confining_operators = ["stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"]
  fixed_value         = "^([^*?$]+|arn:([^:*?$]*:){3}[0-9]{12}:.*|o-[a-z0-9]+/.*)$"

  public_statements = [
    for index, statement in local.policy_statements : try(statement.Sid, tostring(index + 1))
    if try(statement.Effect, null) == "Allow"
    && (can(statement.NotPrincipal) || contains(flatten([try(values(statement.Principal), statement.Principal, [])]), "*"))
    && !anytrue(flatten([
      for operator, keys in try(statement.Condition, {}) : [
        for key, values in keys :
        contains(local.confining_keys, lower(key)) && alltrue([for value in flatten([values]) : can(regex(local.fixed_value, value))])
        if contains(local.confining_operators, trimprefix(lower(operator), "foranyvalue:"))
      ]
    ]))
  ]
}
