# A placeholder for the VPC of the database. Your VPC already exists, and a VPC endpoint or a NAT gateway leads from its
# subnets to Secrets Manager.

resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
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

resource "aws_security_group" "database" {
  name        = "orders-database"
  description = "The orders database"
  vpc_id      = aws_vpc.this.id
}
