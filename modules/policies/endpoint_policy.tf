# The policy of a VPC endpoint for Secrets Manager. It says who can reach this secret through the endpoint. For several
# secrets on one endpoint, merge their policies with source_policy_documents.

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

  endpoint_users = merge(
    {
      for name, use in {
        Read          = { actions = local.actions.read, resource = local.secret_arns[var.region] }
        ReadInBatches = { actions = ["secretsmanager:BatchGetSecretValue"], resource = "*" }
        } : name => merge(use, {
          # Without a list of readers, IAM decides who in the account reads.
          condition = merge(
            var.readers != null ? {} : { StringEquals = { "aws:PrincipalAccount" = split(":", local.secret_arns[var.region])[4] } },
            var.readers == null ? {} : { ArnEquals = { "aws:PrincipalArn" = concat([local.account_root], local.readers) } },
          )
      })
    },
    length(var.rotators) == 0 ? {} : {
      Rotate = { condition = { ArnEquals = { "aws:PrincipalArn" = var.rotators } }, actions = local.actions.rotate, resource = local.secret_arns[var.region] }
    },
    # For Terraform, when it runs in the VPC.
    length(var.administrators) == 0 ? {} : {
      Manage = { condition = { ArnEquals = { "aws:PrincipalArn" = var.administrators } }, actions = concat(local.actions.manage, ["secretsmanager:CreateSecret"]), resource = local.secret_arns[var.region] }
    },
    length(var.rotators) + length(var.administrators) == 0 ? {} : {
      GeneratePassword = { condition = { ArnEquals = { "aws:PrincipalArn" = distinct(concat(var.rotators, var.administrators)) } }, actions = ["secretsmanager:GetRandomPassword"], resource = "*" }
    },
  )
}
