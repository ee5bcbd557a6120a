provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "tagged"
  region = "us-east-1"

  default_tags {
    tags = { Project = "orders" }
  }
}

resource "aws_secretsmanager_secret" "pass_own" {
  name = "pass/own"
  tags = { Environment = "test", Project = "orders", Owner = "team@example.com" }
}

resource "aws_secretsmanager_secret" "pass_default_tags" {
  provider = aws.tagged

  name = "pass/default-tags"
  tags = { Environment = "test" }
}

provider "aws" {
  alias  = "merged"
  region = "us-east-1"

  default_tags {
    tags = one([{ Project = "orders" }])
  }
}

resource "aws_secretsmanager_secret" "pass_merged_default_tags" {
  provider = aws.merged

  name = "pass/merged-default-tags"
  tags = { Environment = "test" }
}

resource "aws_secretsmanager_secret" "fail_one_missing" {
  name = "fail/one-missing"
  tags = { Environment = "test" }
}

resource "aws_secretsmanager_secret" "fail_empty" {
  name = "fail/empty"
  tags = { Environment = "test", Project = "" }
}

resource "aws_secretsmanager_secret" "fail_none" {
  name = "fail/none"
}

# The caller of the module gives the tags.
variable "tags" {
  type    = map(string)
  default = {}
}

resource "aws_secretsmanager_secret" "plan_fail_variable" {
  name = "plan/fail/variable"
  tags = var.tags
}

module "fail_module" {
  source = "./secret"

  tags = { Project = "orders" }
}

module "pass_module" {
  source = "./secret"

  tags = { Environment = "test", Project = "orders" }
}
