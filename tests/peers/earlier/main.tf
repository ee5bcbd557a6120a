# The secret that this module created before it had `first`, `marker` and the stored name. It has the same addresses.

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
