# The way from a VPC to Secrets Manager, and to KMS if asked, without the internet. One serves many secrets.

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
    # The policy with which it begins: without one AWS would let everybody through to everything until the one below.
    ignore_changes = [policy]

    # Checked when the VPC is there: at plan time, or before the endpoint is made if the VPC is made with it.
    precondition {
      condition     = data.aws_vpc.this.enable_dns_support && data.aws_vpc.this.enable_dns_hostnames
      error_message = "The VPC ${var.vpc_id} has enable_dns_support = ${data.aws_vpc.this.enable_dns_support} and enable_dns_hostnames = ${data.aws_vpc.this.enable_dns_hostnames}. Private DNS, by which clients find the endpoint under the service's usual name, needs both: set them to true in the aws_vpc and apply that first (terraform apply -target=aws_vpc.NAME), or by aws ec2 modify-vpc-attribute."
    }
  }
}

# By itself, because it names the secrets, whose policies may name the endpoint: the endpoint's id does not wait for it.
resource "aws_vpc_endpoint_policy" "this" {
  for_each = var.services

  vpc_endpoint_id = aws_vpc_endpoint.this[each.key].id
  policy          = each.key == "secretsmanager" && length(var.policy_documents) > 0 ? data.aws_iam_policy_document.secrets.minified_json : module.account_policy[each.key].policy_json

  lifecycle {
    precondition {
      condition     = local.policy_length <= 20480
      error_message = "The endpoint policy that policy_documents make has ${local.policy_length} characters; a VPC endpoint takes 20,480 at most. Give fewer documents, or none to lead to all secrets of the account."
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

# Nothing goes out: an endpoint only answers.
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
