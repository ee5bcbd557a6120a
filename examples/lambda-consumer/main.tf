# A Lambda function reads its database credentials through a cache, and detects a rotation of the password.

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
  package          = coalesce(var.package_file, "${path.module}/../../dist/lambda-consumer.zip")
  rotation_package = coalesce(var.rotation_package_file, "${path.module}/../../dist/rotation.zip")

  tags = {
    Environment = "production"
    Project     = "bookings"
    Purpose     = "database-credentials"
    CreatedBy   = "terraform"
  }
}

module "credentials" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"

  name        = "bookings/database/credentials"
  description = "Credentials of the bookings database"

  database = {
    engine   = "postgres"
    username = "bookings"
    host     = var.database_host
    port     = var.database_port
    dbname   = "bookings"
  }

  access = {
    readers        = [aws_iam_role.function.arn]
    administrators = var.administrators
  }

  rotation = {
    automatically_after_days = 30

    function = {
      package = { file = local.rotation_package, hash = filebase64sha256(local.rotation_package) }

      network = {
        vpc_id                      = aws_vpc.this.id
        subnet_ids                  = aws_subnet.private[*].id
        database_security_group_ids = [aws_security_group.database.id]
      }
    }
  }

  recovery_window_in_days = var.recovery_window_in_days
  tags                    = local.tags
}
