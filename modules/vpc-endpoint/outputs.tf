output "ids" {
  description = "ID of each endpoint, by service. Use `ids[\"secretsmanager\"]` in a secret's `access.conditions.vpc_endpoint_ids`."
  value       = { for service, endpoint in aws_vpc_endpoint.this : service => endpoint.id }
}

output "security_group_id" {
  description = "ID of the endpoints' security group. Clients need an outbound rule to it on port 443."
  value       = aws_security_group.this.id
}
