# A secret that the application reads only through one VPC endpoint, from a VPC without a route to the internet. The
# secret's policy names the endpoint, and the endpoint's policy names the secret.

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

module "credentials" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"

  name        = "payroll/database/credentials"
  description = "Credentials of the payroll database"

  database = {
    engine   = "postgres"
    username = "payroll"
    host     = "payroll.cluster.example.com"
    dbname   = "payroll"
  }

  access = {
    readers        = [aws_iam_role.application.arn]
    administrators = var.administrators
    conditions     = { vpc_endpoint_ids = [module.endpoint.ids["secretsmanager"]] }
  }

  recovery_window_in_days = var.recovery_window_in_days
  tags                    = local.tags
}

module "endpoint" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git//modules/vpc-endpoint?ref=v1.0.0"

  vpc_id           = aws_vpc.this.id
  subnet_ids       = aws_subnet.private[*].id
  clients          = { application = { security_group_id = aws_security_group.application.id } }
  policy_documents = [module.credentials.policies_json.endpoint]
  tags             = local.tags
}

data "aws_caller_identity" "current" {}

# ECS acts for many customers, so the role trusts it only for the tasks of this account.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
resource "aws_iam_role" "application" {
  name = "payroll-application"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "reads_credentials" {
  name   = "reads-credentials"
  role   = aws_iam_role.application.name
  policy = module.credentials.policies_json.reader
}

locals {
  tags = {
    Environment = "production"
    Project     = "payroll"
    Purpose     = "database-credentials"
    CreatedBy   = "terraform"
  }
}
