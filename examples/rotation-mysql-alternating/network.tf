# Stands for the VPC that the database is in: yours is there already, with a way to Secrets Manager for the subnets, by
# a VPC endpoint or a NAT gateway.

resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

# The default group would let its members talk to each other.
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
