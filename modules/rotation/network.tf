# The security group of the function allows outbound traffic to the databases and to HTTPS, and no inbound traffic.

locals {
  # An existing function has its own network. Counts use objects and lists, because the same apply can create the IDs in
  # them.
  network            = local.own || local.aws_template ? [var.function.network] : []
  database_group_ids = flatten(local.network[*].database_security_group_ids)
}

resource "aws_security_group" "this" {
  count = length(local.network)

  name        = local.name
  description = substr("Function that rotates the secret ${var.secret_name}", 0, 255)
  vpc_id      = local.network[0].vpc_id
  tags        = var.tags

  # Lambda uses the role to delete the function's network interfaces, up to 20 minutes after the function. AWS deletes the
  # group only after these interfaces, so Terraform deletes the role and its permissions after the group.
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  depends_on = [aws_iam_role_policy.network]
}

resource "aws_vpc_security_group_egress_rule" "secrets_manager" {
  count = length(local.network)

  security_group_id = aws_security_group.this[0].id
  description       = "HTTPS to Secrets Manager, by its VPC endpoint or a NAT gateway"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "database" {
  count = length(local.database_group_ids)

  security_group_id            = aws_security_group.this[0].id
  description                  = "To the database"
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
  referenced_security_group_id = local.database_group_ids[count.index]
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  count = length(local.database_group_ids)

  security_group_id            = local.database_group_ids[count.index]
  description                  = "From the function that rotates the secret"
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
  referenced_security_group_id = aws_security_group.this[0].id
}
