variable "hcl_fail_password" {
  type      = string
  sensitive = true
}

variable "hcl_fail_in_a_local" {
  type      = map(string)
  sensitive = true
}

variable "hcl_pass_compared" {
  type      = string
  sensitive = true
}

variable "hcl_pass_unused" {
  type      = string
  sensitive = true
}

variable "plain" {
  type = string
}

locals {
  settings = { host = var.plain, password = var.hcl_fail_in_a_local["password"] }
}

output "password" {
  value     = var.hcl_fail_password
  sensitive = true
}

output "settings" {
  value     = local.settings
  sensitive = true
}

output "has_password" {
  value = var.hcl_pass_compared != ""
}

output "plain" {
  value = var.plain
}
