# The path from a VPC to Secrets Manager, and optionally to KMS, without the internet. One endpoint serves many secrets.

data "aws_region" "current" {}

data "aws_vpc" "this" { # "no matching EC2 VPC found"? No VPC has this id in this account and region: check vpc_id
  id = var.vpc_id
}

resource "aws_vpc_endpoint" "this" {
  for_each = var.services

  vpc_id              = var.vpc_id
  service_name        = "com.amazonaws.${data.aws_region.current.id}.${each.key}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = var.subnet_ids
  security_group_ids  = [aws_security_group.this.id]
  private_dns_enabled = true
  policy              = module.account_policy[each.key].policy_json
  tags                = var.tags

  lifecycle {
    # This is only the first policy. Without it, AWS would allow everybody everything until aws_vpc_endpoint_policy
    # applies.
    ignore_changes = [policy]

    # Terraform checks an existing VPC at plan time. If the same apply creates the VPC, it checks before it creates the
    # endpoint.
    precondition {
      condition     = data.aws_vpc.this.enable_dns_support && data.aws_vpc.this.enable_dns_hostnames
      error_message = "The VPC ${var.vpc_id} has enable_dns_support = ${data.aws_vpc.this.enable_dns_support} and enable_dns_hostnames = ${data.aws_vpc.this.enable_dns_hostnames}. Private DNS needs both. With private DNS, clients find the endpoint under the service's usual name. Set both to true in the aws_vpc and apply that first (terraform apply -target=aws_vpc.NAME), or use aws ec2 modify-vpc-attribute."
    }
  }
}

# A separate resource, so that the endpoint's ID does not wait for it. This policy names the secrets, whose policies can
# name the endpoint.
resource "aws_vpc_endpoint_policy" "this" {
  for_each = var.services

  vpc_endpoint_id = aws_vpc_endpoint.this[each.key].id
  policy          = each.key == "secretsmanager" && length(var.policy_documents) > 0 ? data.aws_iam_policy_document.secrets.minified_json : module.account_policy[each.key].policy_json

  lifecycle {
    precondition {
      condition     = local.policy_length <= 20480
      error_message = "The endpoint policy that policy_documents make has ${local.policy_length} characters. A VPC endpoint accepts at most 20,480. Give fewer documents, or none to allow all secrets of the account."
    }
  }
}

module "account_policy" {
  source   = "./account_policy"
  for_each = var.services

  service = each.key
}

data "aws_iam_policy_document" "secrets" {
  source_policy_documents = var.policy_documents
}

locals {
  policy_length = length(data.aws_iam_policy_document.secrets.minified_json)
}

# No outbound rule: an endpoint only answers.
resource "aws_security_group" "this" {
  name_prefix = "secrets-endpoint-"
  description = "VPC endpoint: HTTPS from its clients"
  vpc_id      = var.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.clients

  security_group_id            = aws_security_group.this.id
  description                  = "HTTPS from ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = each.value.security_group_id
  cidr_ipv4                    = each.value.ip_range
  tags                         = var.tags
}
