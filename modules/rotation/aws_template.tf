# AWS's published rotation functions, which CloudFormation deploys from the Serverless Application Repository.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_available-rotation-templates.html

locals {
  aws_template_publishers = {
    aws        = "arn:aws:serverlessrepo:us-east-1:297356227824"
    aws-cn     = "arn:aws-cn:serverlessrepo:cn-north-1:193023089310"
    aws-us-gov = "arn:aws-us-gov:serverlessrepo:us-gov-west-1:023102451235"
  }
  aws_template_applications = {
    aurora-mysql      = "SecretsManagerRDSMySQLRotation"
    aurora-postgresql = "SecretsManagerRDSPostgreSQLRotation"
    mariadb           = "SecretsManagerRDSMariaDBRotation"
    mysql             = "SecretsManagerRDSMySQLRotation"
    postgres          = "SecretsManagerRDSPostgreSQLRotation"
  }
  aws_template_strategies = {
    single_user       = "SingleUser"
    alternating_users = "MultiUser"
  }
}

resource "aws_serverlessapplicationrepository_cloudformation_stack" "this" {
  count = local.aws_template ? 1 : 0

  name             = local.name
  application_id   = "${local.aws_template_publishers[data.aws_partition.current.partition]}:applications/${local.aws_template_applications[var.engine]}${local.aws_template_strategies[var.strategy]}"
  semantic_version = var.function.aws_template.version
  capabilities     = ["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"]
  tags             = var.tags

  parameters = merge(
    {
      endpoint            = "https://secretsmanager.${data.aws_region.current.id}.${data.aws_partition.current.dns_suffix}"
      functionName        = local.name
      vpcSubnetIds        = join(",", var.function.network.subnet_ids)
      vpcSecurityGroupIds = join(",", aws_security_group.this[*].id)
      excludeCharacters   = var.password.exclude_characters
    },
    # Only the applications for alternating users accept these.
    var.strategy == "single_user" ? {} : { masterSecretArn = var.superuser.secret_arn },
    var.strategy == "single_user" || try(var.superuser.key_arn, null) == null ? {} : { masterSecretKmsKeyArn = var.superuser.key_arn },
  )
}

# The stack outputs only the function. The policies of the secret and the key must name the function's role.
data "aws_lambda_function" "aws_template" {
  count = local.aws_template ? 1 : 0

  function_name = aws_serverlessapplicationrepository_cloudformation_stack.this[0].outputs["RotationLambdaARN"]
}

# The stack's kmsKeyArn cannot replace this policy. The key's policy names the role, so the role must exist before the
# key.
resource "aws_iam_role_policy" "aws_template" {
  count = local.aws_template ? 1 : 0

  name   = "rotates"
  role   = element(split("/", data.aws_lambda_function.aws_template[0].role), -1)
  policy = var.rotator_policy_json
}

moved {
  from = aws_iam_role_policy.published
  to   = aws_iam_role_policy.aws_template
}
