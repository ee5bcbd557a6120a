resource "random_password" "hcl_fail_exported" {
  length = 32
}

output "value" {
  value     = random_password.hcl_fail_exported.result
  sensitive = true
}
