# The policy of a VPC endpoint for Secrets Manager: who gets through it to this secret. For several secrets on one
# endpoint, join theirs by source_policy_documents.

data "aws_iam_policy_document" "endpoint" {
  dynamic "statement" {
    for_each = local.endpoint_users

    content {
      sid       = "${statement.key}${local.title}"
      actions   = statement.value.actions
      resources = statement.value.resources

      principals {
        type        = "*"
        identifiers = ["*"]
      }

      # Without a list of readers, IAM decides who in the account reads.
      condition {
        test     = statement.value.principals == null ? "StringEquals" : "ArnEquals"
        variable = statement.value.principals == null ? "aws:PrincipalAccount" : "aws:PrincipalArn"
        values   = coalesce(statement.value.principals, [local.account_id])
      }
    }
  }
}

locals {
  readers_in_vpc = var.readers == null ? null : concat([local.account_root], var.readers)

  endpoint_users = merge(
    {
      Read          = { principals = local.readers_in_vpc, actions = local.read_actions, resources = [local.this_secret] }
      ReadInBatches = { principals = local.readers_in_vpc, actions = ["secretsmanager:BatchGetSecretValue"], resources = ["*"] }
    },
    length(var.rotators) == 0 ? {} : {
      Rotate           = { principals = var.rotators, actions = local.rotate_actions, resources = [local.this_secret] }
      GeneratePassword = { principals = var.rotators, actions = ["secretsmanager:GetRandomPassword"], resources = ["*"] }
    },
    # Terraform, when it runs in the VPC.
    length(var.administrators) == 0 ? {} : {
      Manage          = { principals = var.administrators, actions = concat(local.manage_actions, ["secretsmanager:CreateSecret"]), resources = [local.this_secret] }
      FindAndGenerate = { principals = var.administrators, actions = ["secretsmanager:GetRandomPassword", "secretsmanager:ListSecrets"], resources = ["*"] }
    },
  )
}
