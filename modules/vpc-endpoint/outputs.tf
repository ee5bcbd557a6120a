output "ids" {
  description = "Id of each endpoint by its service. `ids[\"secretsmanager\"]` is what a secret's `access.conditions.vpc_endpoint_ids` takes."
  value       = { for service, endpoint in aws_vpc_endpoint.this : service => endpoint.id }
}

output "security_group_id" {
  description = "Id of the endpoints' security group, to which clients need a way out on port 443."
  value       = aws_security_group.this.id
}
