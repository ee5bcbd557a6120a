# The configurations that matrix.csv tests: the examples, and modules/policies with its options.

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

module "database_credentials" {
  source = "./module/examples/database-credentials"

  recovery_window_in_days = 0
}

module "api_key" {
  source = "./module/examples/api-key"

  api_key                 = "tests"
  api_secret              = "tests"
  recovery_window_in_days = 0
}

module "application_role" {
  source = "./module/examples/application-role"

  administrators          = ["arn:aws:iam::111111111111:role/deploy"]
  recovery_window_in_days = 0
}

module "rotation_postgres" {
  source = "./module/examples/rotation-postgres"

  recovery_window_in_days = 0
}

module "rotation_mysql_alternating" {
  source = "./module/examples/rotation-mysql-alternating"

  administrators          = ["arn:aws:iam::111111111111:role/deploy"]
  recovery_window_in_days = 0
}

module "vpc_only" {
  source = "./module/examples/vpc-only"

  administrators          = ["arn:aws:iam::111111111111:role/deploy"]
  recovery_window_in_days = 0
}

module "ecs_consumer" {
  source = "./module/examples/ecs-consumer"

  administrators          = ["arn:aws:iam::111111111111:role/deploy"]
  recovery_window_in_days = 0
}

module "cross_account" {
  source = "./module/examples/cross-account"

  organization_id         = "o-abcdefghij"
  administrators          = ["arn:aws:iam::111111111111:role/deploy"]
  recovery_window_in_days = 0
}

module "team" {
  source = "./module/examples/team"

  card_processor_token    = "tests"
  fraud_detection_token   = "tests"
  warehouse_token         = "tests"
  tax_rates_token         = "tests"
  administrators          = ["arn:aws:iam::111111111111:role/deploy"]
  recovery_window_in_days = 0
}

module "cloudformation" {
  source = "./module/examples/cloudformation"

  username                = "tests"
  password                = "tests"
  administrators          = ["arn:aws:iam::111111111111:role/deploy"]
  recovery_window_in_days = 0
}

module "multi_region" {
  source = "./module/examples/multi-region"

  recovery_window_in_days = 0
}

module "lambda_consumer" {
  source = "./module/examples/lambda-consumer"

  administrators          = ["arn:aws:iam::111111111111:role/deploy"]
  recovery_window_in_days = 0
}

module "complete" {
  source = "./module/examples/complete"

  administrators          = ["arn:aws:iam::111111111111:role/deploy"]
  copy_vpc_endpoint_ids   = ["vpce-0b1b2c3d4e5f67890"]
  recovery_window_in_days = 0
}

# All principals that the inputs can name, with all conditions.
module "all" {
  source = "./module"

  name                    = "tests/all"
  create_value            = false
  recovery_window_in_days = 0
  key                     = { administrators = ["arn:aws:iam::111111111111:role/key-administrator"] }
  replicas                = { "eu-west-1" = { kms_key_arn = aws_kms_key.copy.arn } }

  access = {
    readers        = ["arn:aws:iam::111111111111:role/application", "arn:aws:iam::222222222222:role/partner/application"]
    services       = { "appflow.amazonaws.com" = { source_arns = ["arn:aws:appflow:us-east-1:111111111111:flow/orders"] } }
    administrators = ["arn:aws:iam::111111111111:role/deploy"]
    rotators       = ["arn:aws:iam::111111111111:role/rotation"]
    conditions     = local.conditions
  }
}

resource "aws_kms_key" "copy" {
  provider = aws.ireland
}

# An existing key. Its policy delegates to IAM and contains the statements for the secret.
module "existing_key" {
  source = "./module"

  name                    = "tests/existing-key"
  create_value            = false
  recovery_window_in_days = 0
  key                     = { existing = { arn = aws_kms_key.existing.arn } }

  access = {
    readers        = ["arn:aws:iam::222222222222:role/partner/application"]
    services       = { "appflow.amazonaws.com" = { source_arns = ["arn:aws:appflow:us-east-1:111111111111:flow/orders"] } }
    administrators = ["arn:aws:iam::111111111111:role/deploy"]
    rotators       = ["arn:aws:iam::111111111111:role/rotation"]
  }
}

resource "aws_kms_key" "existing" {
  policy = data.aws_iam_policy_document.existing_key.json
}

data "aws_iam_policy_document" "existing_key" {
  source_policy_documents = [module.existing_key.key_policy_statements_json]

  statement {
    sid       = "OwnersPolicy"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111111111111:root"]
    }
  }
}

# The outputs of the applied modules. The test reads the policies from AWS.
output "applied" {
  value = {
    "database-credentials" = module.database_credentials
    "api-key"              = module.api_key
    "application-role"     = module.application_role
    "cross-account"        = module.cross_account
    "team"                 = merge(module.team, { arn = module.team.arns["checkout/baskets/application"], pattern = "checkout/*" })
    "cloudformation"       = module.cloudformation

    "rotation-postgres"          = module.rotation_postgres
    "rotation-mysql-alternating" = module.rotation_mysql_alternating
    "vpc-only"                   = module.vpc_only
    "ecs-consumer"               = module.ecs_consumer
    "multi-region"               = module.multi_region
    "lambda-consumer"            = module.lambda_consumer
    "complete"                   = module.complete
    "all"                        = merge(module.all, { given_keys = { copy_key = aws_kms_key.copy.arn } })
    "existing-key"               = module.existing_key
  }
}

locals {
  conditions = {
    vpc_endpoint_ids = ["vpce-0a1b2c3d4e5f67890", "vpce-0b1b2c3d4e5f67890"]
    source_ip_cidrs  = ["203.0.113.0/24", "192.0.2.0/24"]
    organization_id  = "o-abcdefghij"
    not_before       = "2026-01-01T00:00:00Z"
    not_after        = "2026-12-31T23:59:59Z"
    principal_tags   = { Team = "orders", Stage = "production" }
  }

  key_arn = "arn:aws:kms:us-east-1:111111111111:key/00000000-0000-0000-0000-000000000000"
}

# Without inputs, IAM decides.
module "default" {
  source = "./module/modules/policies"

  account_id  = "111111111111"
  region      = "us-east-1"
  secret_name = "tests/default"
  key_arn     = local.key_arn
}

# Conditions without a list of readers: IAM decides within the conditions.
module "limits" {
  source = "./module/modules/policies"

  account_id     = "111111111111"
  region         = "us-east-1"
  secret_name    = "tests/limits"
  key_arn        = local.key_arn
  administrators = ["arn:aws:iam::111111111111:role/deploy"]
  conditions     = local.conditions
}

# Statements of the caller.
module "documents" {
  source = "./module/modules/policies"

  account_id       = "111111111111"
  region           = "us-east-1"
  secret_name      = "tests/documents"
  key_arn          = local.key_arn
  policy_documents = [data.aws_iam_policy_document.partner_reads.json]
}

data "aws_iam_policy_document" "partner_reads" {
  statement {
    sid       = "PartnerReads"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::222222222222:role/partner/application"]
    }
  }
}

# An endpoint that leads to no specific secret.
module "endpoint" {
  source = "./module/modules/policies"

  account_id       = "111111111111"
  region           = "us-east-1"
  secret_name      = "tests/endpoint"
  key_arn          = local.key_arn
  policy_documents = [data.aws_iam_policy_document.partner_reads.json]
}

module "account_policy" {
  source = "./module/modules/vpc-endpoint/account_policy"

  service = "secretsmanager"
}

output "rendered" {
  value = {
    "default"   = module.default
    "limits"    = module.limits
    "documents" = module.documents
    "endpoint"  = merge(module.endpoint, { policies_json = { endpoint = module.account_policy.policy_json } })
  }
}
