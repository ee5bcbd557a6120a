# Only one role of another account reads the secret. One configuration has both accounts.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

# The account that owns the secret.
provider "aws" {
  region = var.region
}

# The account that reads it.
provider "aws" {
  alias  = "reader"
  region = var.region

  assume_role {
    role_arn = var.reader_account_role_arn
  }
}

# The policies of the secret and the key refer to this role, so Terraform creates it first. AWS refuses a policy that
# names a missing role.
resource "aws_iam_role" "reports" {
  provider = aws.reader

  name = "inventory-reports"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# Across accounts, both sides must allow the access: the owner's policies and this policy.
resource "aws_iam_role_policy" "reads_credentials" {
  provider = aws.reader

  name   = "reads-inventory-credentials"
  role   = aws_iam_role.reports.name
  policy = module.credentials.policies_json.reader
}

module "credentials" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"

  name        = "inventory/database/reports"
  description = "Login of the reports, which run in another account"

  database = {
    engine   = "postgres"
    username = "reports"
    host     = "inventory.cluster.example.com"
    dbname   = "inventory"
  }

  access = {
    readers        = [aws_iam_role.reports.arn]
    administrators = var.administrators
    conditions     = { organization_id = var.organization_id }
  }

  recovery_window_in_days = var.recovery_window_in_days

  tags = {
    Environment = "production"
    Project     = "inventory"
    Purpose     = "database-credentials"
    CreatedBy   = "terraform"
  }
}
