variable "hcl_fail_password" {
  type    = string
  default = "correct horse battery staple"
}

variable "hcl_fail_APIKey" {
  type      = string
  default   = "0123456789abcdef"
  sensitive = true
}

variable "hcl_fail_credentials" {
  type    = any
  default = { username = "orders", password = "correct horse battery staple" }
}

variable "hcl_fail_tokens" {
  type    = list(string)
  default = ["0123456789abcdef"]
}

variable "hcl_pass_secret" {
  type = string
}

variable "hcl_pass_null_token" {
  type    = string
  default = null
}

variable "hcl_pass_empty_password" {
  type    = string
  default = ""
}

variable "hcl_pass_password" {
  type    = object({ length = optional(number, 32) })
  default = {}
}

variable "secret_name" {
  type    = string
  default = "orders/database/credentials"
}

variable "superuser_secret_arn" {
  type    = string
  default = "arn:aws:secretsmanager:us-east-1:000000000000:secret:superuser-AbCdEf"
}

variable "access_key_id" {
  type    = string
  default = "AKIAIOSFODNN7EXAMPLE"
}

variable "secretary" {
  type    = string
  default = "alice"
}

variable "keyboard" {
  type    = string
  default = "qwerty"
}

module "values" {
  source = "./values"

  hcl_pass_token        = "from the caller"
  hcl_fail_module_token = "from the caller"
}
