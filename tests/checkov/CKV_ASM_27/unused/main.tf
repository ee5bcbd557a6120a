# No block that checkov shows uses this local, so that one beside it does.
locals {
  password = "correct horse battery staple"
}

variable "hcl_fail_beside" {
  type = string
}

output "password" {
  value = local.password
}
