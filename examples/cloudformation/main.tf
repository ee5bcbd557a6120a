# A CloudFormation stack reads the login of a carrier's API from the secret, by dynamic reference. Its connection lets
# EventBridge call that API. An argument of a Terraform resource would put the password into the state.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

provider "aws" {
  region = var.region
}

module "login" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"

  name        = "shipping/carrier/api-login"
  description = "Login of the carrier's API"

  key_values_wo = {
    username = var.username
    password = var.password
  }
  value_version = var.value_version

  access = {
    readers        = [aws_iam_role.stack.arn]
    administrators = var.administrators
  }

  recovery_window_in_days = var.recovery_window_in_days

  tags = {
    Environment       = "production"
    Project           = "shipping"
    Purpose           = "api-login"
    CreatedBy         = "terraform"
    RotationException = "The carrier issues the login"
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  connection = "shipping-carrier"
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  # The reference contains the version ID, because CloudFormation reads the value only when the reference changes.
  # https://repost.aws/knowledge-center/cloudformation-stack-update-secrets
  login = {
    for key in ["username", "password"] :
    key => "{{resolve:secretsmanager:${module.login.arn}:SecretString:${key}::${module.login.version_id}}}"
  }
}

resource "aws_cloudformation_stack" "connection" {
  name         = local.connection
  iam_role_arn = aws_iam_role.stack.arn

  template_body = jsonencode({
    Resources = {
      Connection = {
        Type = "AWS::Events::Connection"
        Properties = {
          Name              = local.connection
          AuthorizationType = "BASIC"
          AuthParameters = {
            BasicAuthParameters = {
              Username = local.login.username
              Password = local.login.password
            }
          }
        }
      }
    }
    Outputs = {
      ConnectionArn = { Value = { "Fn::GetAtt" = ["Connection", "Arn"] } }
    }
  })

  # The role needs its policy before the creation and until the deletion of the stack.
  depends_on = [aws_iam_role_policy.stack]
}

# CloudFormation reads only as this role. The identity that runs Terraform needs only iam:PassRole.
resource "aws_iam_role" "stack" {
  name = "${local.connection}-stack"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudformation.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "stack" {
  name   = "makes-connection"
  role   = aws_iam_role.stack.name
  policy = data.aws_iam_policy_document.stack.json
}

# The permissions that CloudFormation needs for a connection: aws cloudformation describe-type --type RESOURCE --type-name AWS::Events::Connection
data "aws_iam_policy_document" "stack" {
  source_policy_documents = [module.login.policies_json.reader]

  statement {
    sid       = "ManageConnection"
    actions   = ["events:CreateConnection", "events:DeleteConnection", "events:DescribeConnection", "events:UpdateConnection"]
    resources = [for id in ["", "/*"] : "arn:${local.partition}:events:${var.region}:${local.account_id}:connection/${local.connection}${id}"]
  }

  # EventBridge stores the login in its own secret, with the permissions of the identity that creates the connection.
  statement {
    sid       = "KeepLoginOfConnection"
    actions   = ["secretsmanager:CreateSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret"]
    resources = ["arn:${local.partition}:secretsmanager:${var.region}:${local.account_id}:secret:events!connection/${local.connection}/*"]
  }

  # The first connection of an account also creates the role with which EventBridge reads that secret.
  statement {
    sid       = "MakeRoleOfEventBridge"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/aws-service-role/apidestinations.events.amazonaws.com/AWSServiceRoleForAmazonEventBridgeApiDestinations"]
  }
}
