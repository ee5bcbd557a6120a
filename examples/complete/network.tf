# A VPC without a route to the internet, and the endpoint for the application and the rotation function to reach the
# secret. The VPC is a placeholder for yours, which contains the database.

resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
}

# The default security group allows traffic between its members. This resource removes its rules.
resource "aws_default_security_group" "none" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "private" {
  count = 2

  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
  availability_zone = "${var.region}${["a", "b"][count.index]}"
}

module "endpoint" {
  source = "git::https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager.git//modules/vpc-endpoint?ref=v1.0.0"

  vpc_id     = aws_vpc.this.id
  subnet_ids = aws_subnet.private[*].id

  clients = {
    application = { security_group_id = aws_security_group.application.id }
    rotation    = { security_group_id = module.credentials.rotation_function.security_group_id }
  }

  policy_documents = [module.credentials.policies_json.endpoint]
  tags             = local.tags
}

resource "aws_security_group" "database" {
  name        = "tickets-database"
  description = "The tickets database"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group" "application" {
  name        = "tickets-application"
  description = "The tickets application"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_egress_rule" "secrets_manager" {
  security_group_id            = aws_security_group.application.id
  description                  = "HTTPS to Secrets Manager, by its VPC endpoint"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = module.endpoint.security_group_id
}
