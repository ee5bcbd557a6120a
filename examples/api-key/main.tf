# A value from an external issuer: the key of a payment provider's API.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

provider "aws" {
  region = var.region
}

module "api_key" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git?ref=v1.0.0"

  name        = "payments/provider/api-key-pair"
  description = "Key of the payment provider's API"

  key_values_wo = {
    api_key    = var.api_key
    api_secret = var.api_secret
  }
  value_version = var.value_version

  recovery_window_in_days = var.recovery_window_in_days

  tags = {
    Environment       = "production"
    Project           = "payments"
    Purpose           = "api-key"
    CreatedBy         = "terraform"
    RotationException = "The payment provider issues the key"
  }
}
