# All secrets of a team. One map lists them. The names, tags, key and reader follow from the map.

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

  default_tags {
    tags = {
      Environment = "production"
      Project     = "shop"
      Team        = local.team
      CreatedBy   = "terraform"
    }
  }
}

locals {
  team = "checkout"

  # The keys are SERVICE/PURPOSE. For a database user, Secrets Manager generates the password. A value from an external
  # issuer has a version. Raise it for each new value.
  secrets = {
    "baskets/application"      = { engine = "postgres", username = "baskets" }
    "baskets/migrations"       = { engine = "postgres", username = "baskets_migrations" }
    "baskets/reports"          = { engine = "postgres", username = "baskets_reports" }
    "catalog/application"      = { engine = "mysql", username = "catalog" }
    "catalog/migrations"       = { engine = "mysql", username = "catalog_migrations" }
    "catalog/reports"          = { engine = "mysql", username = "catalog_reports" }
    "discounts/application"    = { engine = "postgres", username = "discounts" }
    "discounts/migrations"     = { engine = "postgres", username = "discounts_migrations" }
    "discounts/reports"        = { engine = "postgres", username = "discounts_reports" }
    "orders/application"       = { engine = "postgres", username = "orders" }
    "orders/migrations"        = { engine = "postgres", username = "orders_migrations" }
    "orders/reports"           = { engine = "postgres", username = "orders_reports" }
    "payments/application"     = { engine = "postgres", username = "payments" }
    "payments/card-processor"  = { value_version = 1 }
    "payments/fraud-detection" = { value_version = 1 }
    "payments/migrations"      = { engine = "postgres", username = "payments_migrations" }
    "payments/reports"         = { engine = "postgres", username = "payments_reports" }
    "returns/application"      = { engine = "mariadb", username = "returns" }
    "returns/migrations"       = { engine = "mariadb", username = "returns_migrations" }
    "returns/reports"          = { engine = "mariadb", username = "returns_reports" }
    "stock/application"        = { engine = "postgres", username = "stock" }
    "stock/migrations"         = { engine = "postgres", username = "stock_migrations" }
    "stock/reports"            = { engine = "postgres", username = "stock_reports" }
    "stock/warehouse"          = { value_version = 1 }
    "taxes/rates"              = { value_version = 1 }
  }

  # The issued values, with the same keys. They are ephemeral, so the map above cannot contain them.
  tokens = {
    "payments/card-processor"  = var.card_processor_token
    "payments/fraud-detection" = var.fraud_detection_token
    "stock/warehouse"          = var.warehouse_token
    "taxes/rates"              = var.tax_rates_token
  }
}

module "secrets" {
  source   = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"
  for_each = local.secrets

  name = "${local.team}/${each.key}"
  key  = { existing = { arn = aws_kms_key.this.arn } }

  database = !can(each.value.engine) ? null : {
    engine   = each.value.engine
    username = each.value.username
    host     = "${dirname(each.key)}.cluster.example.com"
    dbname   = dirname(each.key)
  }

  key_values_wo = !can(each.value.value_version) ? null : { token = local.tokens[each.key] }
  value_version = try(each.value.value_version, null)

  access = {
    readers        = [aws_iam_role.services.arn]
    administrators = var.administrators
  }

  recovery_window_in_days = var.recovery_window_in_days

  tags = merge(
    { Service = dirname(each.key), Purpose = basename(each.key) },
    can(each.value.engine) ? {} : { RotationException = "The issuer of the value renews it" },
  )
}

# One key for all secrets. Its policy names their prefix, because a statement for each secret would not fit.
resource "aws_kms_key" "this" {
  description         = "Encrypts the secrets ${local.team}/*"
  policy              = module.policies.resource_policies_json.key
  enable_key_rotation = true
}

resource "aws_kms_alias" "this" {
  name          = "alias/${local.team}"
  target_key_id = aws_kms_key.this.key_id
}

module "policies" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git//modules/policies?ref=v1.0.0"

  secret_name    = "${local.team}/*"
  account_id     = data.aws_caller_identity.current.account_id
  region         = var.region
  key_arn        = aws_kms_key.this.arn
  readers        = [aws_iam_role.services.arn]
  administrators = var.administrators
}

data "aws_caller_identity" "current" {}

# ECS acts for many customers, so the role trusts it only for the tasks of this account.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
resource "aws_iam_role" "services" {
  name = "${local.team}-services"

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

resource "aws_iam_role_policy" "reads_secrets" {
  name   = "reads-secrets"
  role   = aws_iam_role.services.name
  policy = data.aws_iam_policy_document.services.json
}

data "aws_iam_policy_document" "services" {
  source_policy_documents = [module.policies.identity_policies_json.reader]

  # For batch reads with a filter. The action shows the names and tags of all secrets of the account, but no value.
  statement {
    sid       = "FindSecrets"
    actions   = ["secretsmanager:ListSecrets"]
    resources = ["*"]
  }
}
