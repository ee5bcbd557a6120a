# An ECS task on Fargate that gets the user, password and host of its database as environment variables.

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

data "aws_caller_identity" "current" {}

module "credentials" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"

  name        = "catalog/database/credentials"
  description = "Credentials of the catalog database"

  database = {
    engine   = "postgres"
    username = "catalog"
    host     = var.database_host
    dbname   = "catalog"
  }

  access = {
    readers        = [aws_iam_role.execution.arn]
    administrators = var.administrators
  }

  recovery_window_in_days = var.recovery_window_in_days
  tags                    = local.tags
}

resource "aws_ecs_task_definition" "report" {
  family                   = "catalog-report"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  tags                     = local.tags

  container_definitions = jsonencode([{
    name      = "report"
    image     = var.image
    command   = ["psql", "--command", "SELECT now()"]
    essential = true

    # ECS sets the values when it starts the container. The task definition has only their ARNs.
    secrets = [
      for variable, key in { PGDATABASE = "dbname", PGHOST = "host", PGPASSWORD = "password", PGUSER = "username" } :
      { name = variable, valueFrom = module.credentials.references.ecs[key] }
    ]

    readonlyRootFilesystem = true

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.report.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "report"
      }
    }
  }])
}

resource "aws_cloudwatch_log_group" "report" {
  name              = "/ecs/catalog-report"
  retention_in_days = 365
  tags              = local.tags
}

# The role with which ECS starts the task: it reads the secret and writes the log.
resource "aws_iam_role" "execution" {
  name               = "catalog-report-execution"
  assume_role_policy = data.aws_iam_policy_document.ecs_tasks.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "execution" {
  name   = "starts-the-task"
  role   = aws_iam_role.execution.name
  policy = data.aws_iam_policy_document.execution.json
}

data "aws_iam_policy_document" "execution" {
  source_policy_documents = [module.credentials.policies_json.reader]

  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.report.arn}:*"]
  }
}

# The role of the code in the container. The code already has the values, and the role cannot read others.
resource "aws_iam_role" "task" {
  name               = "catalog-report-task"
  assume_role_policy = data.aws_iam_policy_document.ecs_tasks.json
  tags               = local.tags
}

# ECS acts for many customers, so the role trusts it only for the tasks of this account.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
data "aws_iam_policy_document" "ecs_tasks" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

locals {
  tags = {
    Environment = "production"
    Project     = "catalog"
    Purpose     = "database-credentials"
    CreatedBy   = "terraform"
  }
}
