variable "vpc_id" {
  description = <<-EOT
    Id of the VPC. It needs `enable_dns_support` and `enable_dns_hostnames`: by private DNS the service's usual name leads to the endpoint, for all that is in the VPC.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/vpc-endpoint-overview.html
  EOT
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Ids of the subnets that get a network interface of the endpoint: at least one, and at most one in each Availability Zone. Two zones or more let clients reach it when a zone fails."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "subnet_ids is empty, so that the endpoint would have no address. Give a subnet of each Availability Zone that clients are in."
  }
}

variable "clients" {
  description = <<-EOT
    Who may connect, by HTTPS and nothing else: at least one, by a name of your own, which stands in the rule's description. Each is one of:
    - `security_group_id`: the members of this security group.
    - `ip_range`: the private addresses of this IPv4 range in CIDR notation, such as a subnet's.
  EOT
  type = map(object({
    security_group_id = optional(string)
    ip_range          = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.clients) > 0
    error_message = "clients is empty, so that nobody could use the endpoint. Give at least one, as clients = { application = { security_group_id = aws_security_group.application.id } }."
  }

  validation {
    condition     = alltrue([for client in values(var.clients) : (client.security_group_id == null) != (client.ip_range == null)])
    error_message = "clients: ${join(", ", [for name, client in var.clients : name if(client.security_group_id == null) == (client.ip_range == null)])} must have either security_group_id or ip_range. For both, make two clients."
  }

  validation {
    condition     = alltrue([for client in values(var.clients) : can(cidrnetmask(client.ip_range)) && try(cidrsubnet(client.ip_range, 0, 0), "") == client.ip_range && !endswith(client.ip_range, "/0") if client.ip_range != null])
    error_message = "clients: ip_range is ${join(", ", [for client in values(var.clients) : client.ip_range if client.ip_range != null])}. Give IPv4 ranges in CIDR notation from their first address on, like 10.0.1.0/24; a single address ends in /32, and /0 would admit every address."
  }

  validation {
    condition     = alltrue([for name in keys(var.clients) : can(regex("^[a-zA-Z0-9. _:/()#,@+=&;{}!$*\\[\\]-]{1,244}$", name))])
    error_message = "clients has the names ${join(", ", keys(var.clients))}. A name stands in the description of a security group rule: 1 to 244 letters, digits, spaces and . _ - : / ( ) # , @ [ ] + = & ; { } ! $ *."
  }
}

variable "services" {
  description = "Services to make an endpoint for: `secretsmanager`, `kms`. Reading a secret needs none for KMS, since Secrets Manager calls KMS itself; who calls KMS from the VPC, as Terraform does, needs it."
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
    The secrets to which the endpoint leads, by the output `policies_json.endpoint` of each; they are joined. No other secret can then be reached from the VPC, unless by another way than the service's usual name.
    Empty: all secrets of this account, for all its principals. Other accounts' secrets and principals are shut out either way, unless a document names them.
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
    error_message = "policy_documents is given, and services has no secretsmanager, the one that they are for. Add it, or leave policy_documents out."
  }
}

variable "tags" {
  description = "Tags of the endpoints, their security group and its rules: at most 50. Not secret."
  type        = map(string)
  default     = {}
  nullable    = false
}
