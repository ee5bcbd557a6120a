# The rule checks the default, and not the caller's value.

variable "hcl_pass_token" {
  type    = string
  default = ""
}

variable "hcl_fail_module_token" {
  type    = string
  default = "0123456789abcdef"
}
