# AWS's published rotation functions, from the Serverless Application Repository by CloudFormation.
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
    # Only the applications for alternating users take these.
    var.strategy == "single_user" ? {} : { masterSecretArn = var.superuser.secret_arn },
    var.strategy == "single_user" || try(var.superuser.key_arn, null) == null ? {} : { masterSecretKmsKeyArn = var.superuser.key_arn },
  )
}

# The stack tells the function alone; its role is what the policies of secret and key have to name.
data "aws_lambda_function" "aws_template" {
  count = local.aws_template ? 1 : 0

  function_name = aws_serverlessapplicationrepository_cloudformation_stack.this[0].outputs["RotationLambdaARN"]
}

# Not by the stack's kmsKeyArn: the key's policy names the role, so that the role must be there before the key.
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
