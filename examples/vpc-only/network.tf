# A VPC without a route to the internet, with two private subnets and the application's security group.

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

resource "aws_security_group" "application" {
  name        = "payroll-application"
  description = "The payroll application"
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
