variable "service" {
  description = "The endpoint's service, as actions of IAM policies name it: `secretsmanager` or `kms`."
  type        = string
  nullable    = false
}
