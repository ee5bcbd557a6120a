# A secret with copies in two other regions, each encrypted with a key in that region. The application survives the loss
# of a region.

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

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

provider "aws" {
  alias  = "oregon"
  region = "us-west-2"
}

module "credentials" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"

  name        = local.name
  description = "Credentials of the ledger database"

  database = {
    engine   = "postgres"
    username = "ledger"
    host     = "ledger.global.example.com"
    dbname   = "ledger"
  }

  replicas = {
    eu-west-1 = { kms_key_arn = aws_kms_key.ireland.arn }
    us-west-2 = { kms_key_arn = aws_kms_key.oregon.arn }
  }

  recovery_window_in_days = var.recovery_window_in_days
  tags                    = local.tags
}

# The role of the application in every region, because roles are global.
resource "aws_iam_role" "application" {
  name = "ledger-application"
  tags = local.tags

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

locals {
  name = "ledger/database/credentials"

  tags = {
    Environment = "production"
    Project     = "ledger"
    Purpose     = "database-credentials"
    CreatedBy   = "terraform"
  }
}
