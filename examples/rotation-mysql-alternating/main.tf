# No login fails during a rotation. Two MySQL users alternate, and a superuser changes the password of the inactive user.

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

  tags = {
    Environment = "production"
    Project     = "orders"
    Purpose     = "database-credentials"
    CreatedBy   = "terraform"
  }
}

# Only the function reads this secret. To change the superuser's password, raise value_version.
module "superuser" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"

  name        = "orders/mysql/superuser"
  description = "Superuser of the orders database, who changes the application's passwords"

  database = {
    engine   = "mysql"
    username = "admin"
    host     = var.database_host
    port     = var.database_port
  }

  access = {
    readers        = [module.credentials.rotation_role_arn]
    administrators = var.administrators
  }

  recovery_window_in_days = var.recovery_window_in_days
  tags                    = merge(local.tags, { RotationException = "Changed by raising value_version" })
}

module "credentials" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"

  name        = "orders/mysql/credentials"
  description = "Credentials of the orders application"

  database = {
    engine               = "mysql"
    username             = "orders"
    host                 = var.database_host
    port                 = var.database_port
    dbname               = "orders"
    superuser_secret_arn = module.superuser.arn
    superuser_key_arn    = module.superuser.key_arn
  }

  rotation = {
    schedule_expression = "rate(30 days)"
    strategy            = "alternating_users"

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
  tags                    = local.tags
}
