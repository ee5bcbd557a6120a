# Every module with every option, so that Terraform makes every call that it can make. test_terraform_policy.py records
# them. What is there before, as a VPC, is made by the test and given.

provider "aws" {
  region = "us-east-1"
}

variable "given" {
  description = "What the account has: ids and ARNs by name."
  type        = map(string)
}

variable "stage" {
  description = "What is asked for: 1 at first, 2 changes all that changes in place. 3 has what 1 and 2 have otherwise, 4 rotates no more."
  type        = number
}

variable "key" {
  type    = any
  default = {}
}

variable "replicas" {
  type    = any
  default = {}
}

data "aws_caller_identity" "current" {}

locals {
  changed = var.stage > 1
  tags    = local.changed ? { Stage = "second" } : { Stage = "first", Team = "orders" }

  network = {
    vpc_id                      = var.given.vpc
    subnet_ids                  = [var.given.subnet]
    database_security_group_ids = [var.given.database_group]
  }
}

locals {
  package = local.changed ? var.given.changed_package : var.given.package

  own_function = {
    network              = local.network
    package              = { file = local.package, hash = filebase64sha256(local.package) }
    reserved_concurrency = local.changed ? -1 : 2
    timeout_in_seconds   = 30 + var.stage
    logs                 = { retention_in_days = local.changed ? 60 : 30, kms_key_arn = var.given.log_key }
    alarm_topic_arns     = [var.given.topic]
    role                 = { permissions_boundary = var.given.boundary }
  }
}

module "credentials" {
  source = "./module"

  name                    = "orders/database/credentials"
  description             = "Stage ${var.stage}"
  database                = { engine = "postgres", username = "orders", host = "db${var.stage}", superuser_secret_arn = var.given.superuser }
  value_version           = min(var.stage, 2)
  key                     = var.key
  replicas                = var.replicas
  recovery_window_in_days = 7
  tags                    = local.tags

  access = {
    readers        = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/application-${var.stage}"]
    administrators = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/deploy"]
  }

  rotation = var.stage == 4 ? null : {
    automatically_after_days = 1 + var.stage
    rotate_immediately       = false
    strategy                 = "alternating_users"

    # One of a tuple: a conditional would give both one type.
    function = [local.own_function, { arn = var.given.function }][var.stage == 3 ? 1 : 0]
  }

  monitoring = {
    emails                    = var.stage == 3 ? null : ["security@example.com"]
    topic_arn                 = var.stage == 3 ? var.given.topic : null
    cloudtrail_log_group_name = var.stage == 3 ? var.given.trail : null
    rotated_within_days       = var.stage < 3 ? 7 : null
    calls_threshold           = 100 * var.stage
  }
}

module "endpoint" {
  source = "./module/modules/vpc-endpoint"

  vpc_id           = var.given.vpc
  subnet_ids       = local.changed ? [var.given.subnet, var.given.second_subnet] : [var.given.subnet]
  services         = ["secretsmanager", "kms"]
  clients          = { application = { ip_range = local.changed ? "10.0.2.0/24" : "10.0.1.0/24" } }
  policy_documents = [module.credentials.policies_json.endpoint]
  tags             = local.tags
}
