# The secret of the tutorial: credentials of a MySQL database. The name shows where the credentials belong.

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

  name        = "vpc-tutorial/database/credentials"
  description = "Database credentials of the VPC tutorial"

  database = {
    engine              = "mysql"
    username            = "dbadmin"
    host                = var.database_host
    dbname              = "tutorial"
    instance_identifier = "vpc-tutorial-db"
  }

  recovery_window_in_days = var.recovery_window_in_days

  tags = {
    Environment = "tutorial"
    Project     = "vpc-tutorial"
    Purpose     = "database-credentials"
    CreatedBy   = "terraform"
  }
}
