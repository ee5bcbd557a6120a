# All features of the module for one secret. It has its own key, a list of readers, a VPC endpoint, rotation, a copy in
# another region, monitoring and a cost estimate.

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

locals {
  name    = "tickets/database/credentials"
  package = coalesce(var.package_file, "${path.module}/../../dist/rotation.zip")

  tags = {
    Environment = "production"
    Project     = "tickets"
    Purpose     = "database-credentials"
    CreatedBy   = "terraform"
  }

  # The inputs of the secret that its cost also needs.
  rotation = {
    schedule_expression = "rate(4 days)"
    duration            = "3h"

    function = {
      package          = { file = local.package, hash = filebase64sha256(local.package) }
      alarm_topic_arns = [module.credentials.monitoring_topic_arn]

      network = {
        vpc_id                      = aws_vpc.this.id
        subnet_ids                  = aws_subnet.private[*].id
        database_security_group_ids = [aws_security_group.database.id]
      }
    }
  }

  replicas = {
    eu-west-1 = { kms_key_arn = aws_kms_key.copy.arn }
  }

  monitoring = {
    emails                 = var.emails
    denied_reads_threshold = 0
    calls_threshold        = 500
    rotated_within_days    = 5
  }
}

module "credentials" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"

  name        = local.name
  description = "Credentials of the tickets database"

  database = {
    engine             = "postgres"
    username           = "tickets"
    host               = var.database_host
    dbname             = "tickets"
    cluster_identifier = "tickets"
  }

  password = { length = 40, exclude_punctuation = true }

  key = {
    rotation_period_in_days = 180
    deletion_window_in_days = 14
  }

  access = {
    readers        = [aws_iam_role.application.arn]
    administrators = var.administrators
    conditions     = { vpc_endpoint_ids = concat([module.endpoint.ids["secretsmanager"]], var.copy_vpc_endpoint_ids) }
  }

  rotation                = local.rotation
  replicas                = local.replicas
  monitoring              = local.monitoring
  recovery_window_in_days = var.recovery_window_in_days
  tags                    = local.tags
}

module "cost" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git//modules/cost?ref=v1.0.0"

  rotation        = local.rotation
  replicas        = local.replicas
  monitoring      = local.monitoring
  reads_per_month = 10000
}

data "aws_caller_identity" "current" {}

# ECS acts for many customers, so the role trusts it only for the tasks of this account.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
resource "aws_iam_role" "application" {
  name = "tickets-application"
  tags = local.tags

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
