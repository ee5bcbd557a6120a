variable "vpc_id" {
  description = <<-EOT
    ID of the VPC. It needs `enable_dns_support` and `enable_dns_hostnames`. With private DNS, the service's usual name leads to the endpoint for everything in the VPC.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/vpc-endpoint-overview.html
  EOT
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "IDs of the subnets that get a network interface of the endpoint. Give at least one, and at most one in each Availability Zone. With two or more zones, clients reach the endpoint when a zone fails."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "subnet_ids is empty, so the endpoint would have no address. Give a subnet in each Availability Zone that has clients."
  }
}

variable "clients" {
  description = <<-EOT
    Clients that can connect to the endpoint, only with HTTPS. Give at least one, by a name of your choice, which the rule's description contains. Each client is one of:
    - `security_group_id`: the members of this security group.
    - `ip_range`: the private addresses of this IPv4 range in CIDR notation, such as the range of a subnet.
  EOT
  type = map(object({
    security_group_id = optional(string)
    ip_range          = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.clients) > 0
    error_message = "clients is empty, so nobody could use the endpoint. Give at least one, such as clients = { application = { security_group_id = aws_security_group.application.id } }."
  }

  validation {
    condition     = alltrue([for client in values(var.clients) : (client.security_group_id == null) != (client.ip_range == null)])
    error_message = "clients: ${join(", ", [for name, client in var.clients : name if(client.security_group_id == null) == (client.ip_range == null)])} must have either security_group_id or ip_range. For both, give two clients."
  }

  validation {
    condition     = alltrue([for client in values(var.clients) : can(cidrnetmask(client.ip_range)) && try(cidrsubnet(client.ip_range, 0, 0), "") == client.ip_range && !endswith(client.ip_range, "/0") if client.ip_range != null])
    error_message = "clients: ip_range is ${join(", ", [for client in values(var.clients) : client.ip_range if client.ip_range != null])}. Give IPv4 ranges in CIDR notation that start with their first address, such as 10.0.1.0/24. A single address ends in /32. A range of /0 would allow every address."
  }

  validation {
    condition     = alltrue([for name in keys(var.clients) : can(regex("^[a-zA-Z0-9. _:/()#,@+=&;{}!$*\\[\\]-]{1,244}$", name))])
    error_message = "clients has the names ${join(", ", keys(var.clients))}. The description of a security group rule contains the name. Use 1 to 244 letters, digits, spaces and . _ - : / ( ) # , @ [ ] + = & ; { } ! $ *."
  }
}

variable "services" {
  description = "Services that get an endpoint: `secretsmanager`, `kms`. Reading a secret needs no endpoint for KMS, because Secrets Manager itself calls KMS. A client that calls KMS from the VPC, as Terraform does, needs one."
  type        = set(string)
  default     = ["secretsmanager"]
  nullable    = false

  validation {
    condition     = length(var.services) > 0 && length(setsubtract(var.services, ["secretsmanager", "kms"])) == 0
    error_message = "services is ${length(var.services) == 0 ? "empty" : join(", ", var.services)}. Give secretsmanager, kms or both."
  }
}

variable "policy_documents" {
  description = <<-EOT
    Policies of the secrets that clients can reach through the endpoint: the output `policies_json.endpoint` of each secret. The module merges them. Under the service's usual name, clients in the VPC can then reach no other secret.
    Empty: all secrets of this account, for all its principals. In both cases, the policy excludes secrets and principals of other accounts, unless a document names them.
    Source: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
  EOT
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for document in var.policy_documents : can(jsondecode(document).Statement[0])])
    error_message = "policy_documents: entry ${join(", ", [for index, document in var.policy_documents : index + 1 if !can(jsondecode(document).Statement[0])])} is not an IAM policy document. Give JSON with a list of statements, for example module.NAME.policies_json.endpoint."
  }

  validation {
    condition     = length(var.policy_documents) == 0 || contains(var.services, "secretsmanager")
    error_message = "policy_documents is given, but it is only for the service secretsmanager, which services does not contain. Add secretsmanager to services, or remove policy_documents."
  }
}

variable "tags" {
  description = "Tags of the endpoints, their security group and its rules, at most 50. Tags are not secret."
  type        = map(string)
  default     = {}
  nullable    = false
}
