# A function in the database's VPC changes the password of a PostgreSQL user once a month, at night.

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
  package = coalesce(var.package_file, "${path.module}/../../dist/rotation.zip")
}

module "credentials" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"

  name        = "orders/postgres/credentials"
  description = "Credentials of the orders application"

  database = {
    engine   = "postgres"
    username = "orders"
    host     = var.database_host
    port     = var.database_port
    dbname   = "orders"
  }

  rotation = {
    schedule_expression = "cron(0 3 1 * ? *)"
    duration            = "3h"

    function = {
      package = { file = local.package, hash = filebase64sha256(local.package) }

      network = {
        vpc_id                      = aws_vpc.this.id
        subnet_ids                  = aws_subnet.private[*].id
        database_security_group_ids = [aws_security_group.database.id]
      }
    }
  }

  recovery_window_in_days = var.recovery_window_in_days

  tags = {
    Environment = "production"
    Project     = "orders"
    Purpose     = "database-credentials"
    CreatedBy   = "terraform"
  }
}
