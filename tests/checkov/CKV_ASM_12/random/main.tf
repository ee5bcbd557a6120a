# Scanned as HCL only: a plan would need the random provider.

resource "random_password" "hcl_fail_result" {
  length = 32
}

resource "random_password" "hcl_fail_local" {
  length = 32
}

resource "random_password" "hcl_pass_length" {
  length = 32
}

locals {
  credentials = { password = random_password.hcl_fail_local.result }
}

output "result" {
  value     = random_password.hcl_fail_result.result
  sensitive = true
}

output "credentials" {
  value     = local.credentials
  sensitive = true
}

output "length" {
  value = random_password.hcl_pass_length.length
}

module "twin" {
  source = "../exported"
}

output "twin" {
  value     = module.twin.value
  sensitive = true
}
