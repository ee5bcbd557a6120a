# Refusals of modules/vpc-endpoint at plan time, and its plans.

provider "aws" {
  region = "us-east-1"
}

# A VPC that exists. tests/module/test_endpoint.py uses real ones.
override_data {
  target = data.aws_vpc.this

  values = {
    enable_dns_support   = true
    enable_dns_hostnames = true
  }
}

variables {
  vpc_id     = "vpc-0a1b2c3d"
  subnet_ids = ["subnet-0a1b2c3d", "subnet-0b1b2c3d"]
  clients    = { application = { security_group_id = "sg-0a1b2c3d" } }
}

run "refuses_no_subnet" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    subnet_ids = []
  }

  expect_failures = [var.subnet_ids]
}

run "refuses_no_client" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    clients = {}
  }

  expect_failures = [var.clients]
}

run "refuses_a_client_that_is_nobody" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    clients = { application = {} }
  }

  expect_failures = [var.clients]
}

run "refuses_a_client_that_is_two" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    clients = { application = { security_group_id = "sg-0a1b2c3d", ip_range = "10.0.1.0/24" } }
  }

  expect_failures = [var.clients]
}

run "refuses_an_address_without_a_prefix_length" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    clients = { office = { ip_range = "10.0.1.7" } }
  }

  expect_failures = [var.clients]
}

run "refuses_a_range_that_begins_at_another_address" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    clients = { office = { ip_range = "10.0.1.7/24" } }
  }

  expect_failures = [var.clients]
}

run "refuses_every_address" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    clients = { office = { ip_range = "0.0.0.0/0" } }
  }

  expect_failures = [var.clients]
}

run "refuses_a_range_of_ipv6" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    clients = { office = { ip_range = "2001:db8::/32" } }
  }

  expect_failures = [var.clients]
}

run "refuses_a_client_by_a_name_that_no_rule_takes" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    clients = { "the \"office\"" = { ip_range = "10.0.1.0/24" } }
  }

  expect_failures = [var.clients]
}

run "refuses_a_clients_name_of_245_characters" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    clients = { (format("%0245d", 0)) = { ip_range = "10.0.1.0/24" } }
  }

  expect_failures = [var.clients]
}

run "refuses_no_service" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    services = []
  }

  expect_failures = [var.services]
}

run "refuses_another_service" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    services = ["secretsmanager", "s3"]
  }

  expect_failures = [var.services]
}

run "refuses_a_document_that_is_none" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    policy_documents = ["{}"]
  }

  expect_failures = [var.policy_documents]
}

run "refuses_a_document_whose_statements_are_no_list" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    policy_documents = [jsonencode({ Statement = { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" } })]
  }

  expect_failures = [var.policy_documents]
}

run "refuses_documents_without_the_service_that_they_are_for" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    services         = ["kms"]
    policy_documents = [jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" }] })]
  }

  expect_failures = [var.policy_documents]
}

run "refuses_a_vpc_without_enable_dns_support" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  override_data {
    target = data.aws_vpc.this

    values = {
      enable_dns_support   = false
      enable_dns_hostnames = true
    }
  }

  expect_failures = [aws_vpc_endpoint.this]
}

run "refuses_a_vpc_without_enable_dns_hostnames" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  override_data {
    target = data.aws_vpc.this

    values = {
      enable_dns_support   = true
      enable_dns_hostnames = false
    }
  }

  expect_failures = [aws_vpc_endpoint.this]
}

run "refuses_documents_that_together_are_longer_than_a_policy" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    policy_documents = [
      for number in range(10) :
      jsonencode({ Statement = [{ Sid = "Read${number}", Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = format("%02048d", number) }] })
    ]
  }

  expect_failures = [aws_vpc_endpoint_policy.this]
}

run "makes_one_for_secrets_manager_alone_unless_asked" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  assert {
    condition     = [for endpoint in aws_vpc_endpoint.this : endpoint.service_name] == ["com.amazonaws.us-east-1.secretsmanager"]
    error_message = "the plan has another endpoint"
  }
}

run "begins_with_the_accounts_own_policy_also_where_it_is_to_lead_to_some_secrets" {
  command = plan

  module {
    source = "./modules/vpc-endpoint"
  }

  variables {
    policy_documents = [jsonencode({ Statement = [{ Sid = "Read", Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "some" }] })]
  }

  assert {
    condition     = jsondecode(aws_vpc_endpoint.this["secretsmanager"].policy).Statement[0].Sid == "AccountUsesItsOwn"
    error_message = "the endpoint begins with another policy"
  }

  assert {
    condition     = jsondecode(aws_vpc_endpoint_policy.this["secretsmanager"].policy).Statement[0].Sid == "Read"
    error_message = "the endpoint does not get the policy of the documents"
  }
}
