# The policy of a VPC endpoint for Secrets Manager: who gets through it to this secret. For several secrets on one
# endpoint, join theirs by source_policy_documents.

locals {
  endpoint_policy_json = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for name, user in local.endpoint_users : {
        Sid       = "${name}${local.title}"
        Effect    = "Allow"
        Principal = "*"
        Action    = user.actions
        Resource  = user.resource
        Condition = user.condition
      }
    ]
  })

  is_reader = merge(
    # Without a list of readers, IAM decides who in the account reads.
    var.readers != null ? {} : { StringEquals = { "aws:PrincipalAccount" = coalesce(var.account_id, try(split(":", var.secret_arn)[4], "none")) } },
    var.readers == null ? {} : { ArnEquals = { "aws:PrincipalArn" = concat([local.account_root], local.readers) } },
  )
  is_rotator       = { ArnEquals = { "aws:PrincipalArn" = var.rotators } }
  is_administrator = { ArnEquals = { "aws:PrincipalArn" = var.administrators } }
  generators       = distinct(concat(var.rotators, var.administrators))

  endpoint_users = merge(
    {
      Read          = { condition = local.is_reader, actions = local.read_actions, resource = local.secret_arns[var.region] }
      ReadInBatches = { condition = local.is_reader, actions = ["secretsmanager:BatchGetSecretValue"], resource = "*" }
    },
    length(var.rotators) == 0 ? {} : {
      Rotate = { condition = local.is_rotator, actions = local.rotate_actions, resource = local.secret_arns[var.region] }
    },
    # Terraform, when it runs in the VPC.
    length(var.administrators) == 0 ? {} : {
      Manage = { condition = local.is_administrator, actions = concat(local.manage_actions, ["secretsmanager:CreateSecret"]), resource = local.secret_arns[var.region] }
    },
    length(local.generators) == 0 ? {} : {
      GeneratePassword = { condition = { ArnEquals = { "aws:PrincipalArn" = local.generators } }, actions = ["secretsmanager:GetRandomPassword"], resource = "*" }
    },
  )
}
