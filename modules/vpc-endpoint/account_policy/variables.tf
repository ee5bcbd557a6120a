variable "service" {
  description = "Service of the endpoint, with its prefix in IAM actions: `secretsmanager` or `kms`."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["kms", "secretsmanager"], var.service)
    error_message = "service is ${jsonencode(var.service)}. Give secretsmanager or kms."
  }
}
