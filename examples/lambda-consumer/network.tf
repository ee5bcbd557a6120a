# A placeholder for the VPC of the database. Your VPC already exists, and a VPC endpoint or a NAT gateway leads from its
# subnets to Secrets Manager. Only the function's security group is new.

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
  name        = "bookings-database"
  description = "The bookings database"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group" "function" {
  name        = "count-bookings"
  description = "The function count-bookings"
  vpc_id      = aws_vpc.this.id
  tags        = local.tags

  # Lambda uses the role to delete the function's network interfaces, up to 20 minutes after the function. AWS deletes the
  # group only after these interfaces, so Terraform deletes the role's permissions after the group.
  depends_on = [aws_iam_role_policy.network]
}

resource "aws_vpc_security_group_egress_rule" "secrets_manager" {
  security_group_id = aws_security_group.function.id
  description       = "HTTPS to Secrets Manager, by its VPC endpoint or a NAT gateway"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "database" {
  security_group_id            = aws_security_group.function.id
  description                  = "To the database"
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
  referenced_security_group_id = aws_security_group.database.id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "From the function count-bookings"
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
  referenced_security_group_id = aws_security_group.function.id
}
