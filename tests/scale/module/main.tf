# The same secrets with this repository's module.

provider "aws" {
  region = "us-east-1"
}

variable "number" {
  type = number
}

# Null: a key for each secret.
variable "key_arn" {
  type    = string
  default = null
}

module "secrets" {
  source   = "../../.."
  for_each = toset([for index in range(var.number) : format("scale/module/%03d", index)])

  name                    = each.key
  database                = { engine = "mysql", username = "app", host = "localhost" }
  key                     = var.key_arn == null ? {} : { existing = { arn = var.key_arn } }
  recovery_window_in_days = 0
}
