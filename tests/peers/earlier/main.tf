# What this module made of a secret before `first`, `marker` and the memory of its name: the same addresses.

variable "name" {
  type = string
}

variable "password_version" {
  type = number
}

module "secret" {
  source = "./modules/secret"

  name             = var.name
  password_version = var.password_version
}
