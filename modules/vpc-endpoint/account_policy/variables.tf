variable "service" {
  description = "The endpoint's service, as actions of IAM policies name it: `secretsmanager` or `kms`."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["kms", "secretsmanager"], var.service)
    error_message = "service is ${jsonencode(var.service)}. Give secretsmanager or kms."
  }
}
