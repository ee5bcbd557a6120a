# Only one application reads the secret: the role of a Lambda function, which the same configuration creates.

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

resource "aws_iam_role" "application" {
  name = "billing-application"
  path = "/service-role/"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "reads_credentials" {
  name   = "reads-credentials"
  role   = aws_iam_role.application.name
  policy = module.credentials.policies_json.reader
}

module "credentials" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"

  name        = "billing/database/credentials"
  description = "Credentials of the billing database"

  database = {
    engine   = "postgres"
    username = "billing"
    host     = "billing.cluster.example.com"
    dbname   = "billing"
  }

  access = {
    readers        = [aws_iam_role.application.arn]
    administrators = var.administrators
  }

  recovery_window_in_days = var.recovery_window_in_days

  tags = {
    Environment = "production"
    Project     = "billing"
    Purpose     = "database-credentials"
    CreatedBy   = "terraform"
  }
}
