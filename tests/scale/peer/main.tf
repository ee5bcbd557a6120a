# The same secrets with a module like terraform-aws-modules/secrets-manager 2.0.1, which creates no key.

provider "aws" {
  region = "us-east-1"
}

variable "number" {
  type = number
}

variable "key_arn" {
  type = string
}

module "secrets" {
  source   = "./secret"
  for_each = toset([for index in range(var.number) : format("scale/peer/%03d", index)])

  name       = each.key
  kms_key_id = var.key_arn
}
