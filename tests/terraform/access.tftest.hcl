# What modules/policies refuses at plan time. Terraform runs as the root of account 000000000000.

provider "aws" {
  region = "us-east-1"
}

variables {
  secret_name = "tests/validation"
  key_arn     = "arn:aws:kms:us-east-1:000000000000:key/tests"
}

run "refuses_a_policy_document_that_is_not_json" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = ["Allow everything"]
  }

  expect_failures = [var.policy_documents]
}

run "refuses_a_policy_document_without_a_statement" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = ["{}"]
  }

  expect_failures = [var.policy_documents]
}

run "refuses_a_policy_document_whose_statement_has_no_effect" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = [jsonencode({ Statement = [{ Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" }] })]
  }

  expect_failures = [var.policy_documents]
}

run "refuses_policy_documents_that_have_a_sid_in_common" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = [
      jsonencode({ Statement = [{ Sid = "Mine", Effect = "Deny", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" }] }),
      jsonencode({ Statement = [{ Sid = "Mine", Effect = "Deny", Principal = "*", Action = "secretsmanager:PutSecretValue", Resource = "*" }] }),
    ]
  }

  expect_failures = [output.secret_policy_json]
}

run "refuses_a_policy_document_with_a_sid_of_the_modules_own" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = [jsonencode({ Statement = [{ Sid = "DenyRequestsWithoutTLS", Effect = "Allow", Principal = "*", Action = "secretsmanager:*", Resource = "*" }] })]
  }

  expect_failures = [output.secret_policy_json]
}

run "takes_statements_as_they_come" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    # One alone, and two without a Sid, of which one has no condition.
    policy_documents = [
      jsonencode({ Id = "Mine", Statement = { Sid = "Alone", Effect = "Deny", Principal = "*", Action = "secretsmanager:PutSecretValue", Resource = "*" } }),
      jsonencode({ Statement = [
        { Effect = "Deny", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { NumericLessThan = { "aws:MultiFactorAuthAge" = 60 } } },
        { Effect = "Deny", Principal = "*", Action = "secretsmanager:DeleteSecret", Resource = "*", Condition = null },
      ] }),
    ]
  }

  assert {
    condition     = jsondecode(output.secret_policy_json).Id == "Mine"
    error_message = "The document's Id is lost."
  }

  assert {
    condition = jsonencode(jsondecode(output.secret_policy_json).Statement) == jsonencode([
      { Sid = "Alone", Effect = "Deny", Principal = "*", Action = "secretsmanager:PutSecretValue", Resource = "*" },
      { Effect = "Deny", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { NumericLessThan = { "aws:MultiFactorAuthAge" = 60 } } },
      { Effect = "Deny", Principal = "*", Action = "secretsmanager:DeleteSecret", Resource = "*" },
      { Sid = "DenyRequestsWithoutTLS", Effect = "Deny", Principal = "*", Action = "secretsmanager:*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } },
    ])
    error_message = "The statements are not those of the documents, followed by the module's own."
  }
}

run "names_roles_in_lists_and_leaves_other_principals_as_they_are" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    readers            = ["arn:aws:iam::000000000000:role/reader"]
    administrators     = ["arn:aws:iam::000000000000:role/administrator"]
    rotators           = ["arn:aws:iam::000000000000:role/rotator"]
    key_administrators = ["arn:aws:iam::000000000000:role/keys"]
    policy_documents = [jsonencode({ Statement = [
      for principal in [
        { AWS = "arn:aws:iam::000000000000:role/one", Service = "appflow.amazonaws.com" },
        { AWS = ["arn:aws:iam::000000000000:role/one", "arn:aws:iam::000000000000:role/two"] },
        { AWS = "*" },
        { Service = "appflow.amazonaws.com" },
        { Federated = ["arn:aws:iam::000000000000:saml-provider/one"] },
        "*",
      ] : { Effect = "Deny", Principal = principal, Action = "secretsmanager:DeleteSecret", Resource = "*" }
    ] })]
  }

  assert {
    condition = jsonencode(slice(jsondecode(output.secret_policy_json).Statement[*].Principal, 0, 6)) == jsonencode([
      { AWS = ["arn:aws:iam::000000000000:role/one"], Service = "appflow.amazonaws.com" },
      { AWS = ["arn:aws:iam::000000000000:role/one", "arn:aws:iam::000000000000:role/two"] },
      { AWS = ["*"] },
      { Service = "appflow.amazonaws.com" },
      { Federated = ["arn:aws:iam::000000000000:saml-provider/one"] },
      "*",
    ])
    error_message = "The principals are ${jsonencode(jsondecode(output.secret_policy_json).Statement[*].Principal)}"
  }

  assert {
    condition = alltrue([
      for json in [output.secret_policy_json, output.key_policy_json, output.key_policy_statements_json] :
      length(regexall("\"AWS\":", json)) == length(regexall("\"AWS\":\\[", json))
    ])
    error_message = "A principal is not in a list: ${output.secret_policy_json} ${output.key_policy_json}"
  }
}

run "refuses_a_key_administrator_that_is_a_session" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    key_administrators = ["arn:aws:sts::111122223333:assumed-role/admin/session"]
  }

  expect_failures = [var.key_administrators]
}

run "refuses_a_key_administrator_of_an_account_of_11_digits" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    key_administrators = ["arn:aws:iam::11112222333:role/admin"]
  }

  expect_failures = [var.key_administrators]
}

run "refuses_a_reader_that_is_no_arn" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    readers = ["application"]
  }

  expect_failures = [var.readers]
}

run "refuses_a_reader_that_is_a_session" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    readers = ["arn:aws:sts::111122223333:assumed-role/application/session"]
  }

  expect_failures = [var.readers]
}

run "refuses_a_reader_of_an_account_of_11_digits" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    readers = ["arn:aws:iam::11112222333:role/application"]
  }

  expect_failures = [var.readers]
}

run "refuses_a_whole_account_as_reader" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    readers = ["arn:aws:iam::111122223333:root"]
  }

  expect_failures = [var.readers]
}

run "refuses_a_reader_with_a_wildcard" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    readers = ["arn:aws:iam::111122223333:role/*"]
  }

  expect_failures = [var.readers]
}

run "refuses_readers_that_are_nobody" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    readers = []
  }

  expect_failures = [var.readers]
}

run "refuses_a_service_that_is_no_service_principal" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    services = { appflow = {} }
  }

  expect_failures = [var.services]
}

run "refuses_a_service_for_an_account_of_11_digits" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    services = { "appflow.amazonaws.com" = { source_account = "11112222333" } }
  }

  expect_failures = [var.services]
}

run "refuses_a_service_for_a_source_that_is_no_arn" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    services = { "appflow.amazonaws.com" = { source_arns = ["flow/orders"] } }
  }

  expect_failures = [var.services]
}

run "refuses_a_service_for_every_source" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    services = { "appflow.amazonaws.com" = { source_arns = ["*"] } }
  }

  expect_failures = [var.services]
}

run "refuses_an_administrator_that_is_a_session" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    administrators = ["arn:aws:sts::000000000000:assumed-role/admin/session"]
  }

  expect_failures = [var.administrators]
}

run "refuses_an_administrator_of_another_account" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    administrators = ["arn:aws:iam::111122223333:role/admin"]
  }

  expect_failures = [var.administrators]
}

run "refuses_a_rotator_that_is_a_function" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    rotators = ["arn:aws:lambda:us-east-1:000000000000:function:rotate"]
  }

  expect_failures = [var.rotators]
}

run "refuses_a_rotator_of_another_account" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    rotators = ["arn:aws:iam::111122223333:role/rotate"]
  }

  expect_failures = [var.rotators]
}

run "refuses_a_vpc_in_place_of_a_vpc_endpoint" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    conditions = { vpc_endpoint_ids = ["vpc-0a1b2c3d"] }
  }

  expect_failures = [var.only]
}

run "refuses_an_address_without_a_range" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    conditions = { source_ip_cidrs = ["203.0.113.7"] }
  }

  expect_failures = [var.only]
}

run "refuses_a_private_range" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    conditions = { source_ip_cidrs = ["172.16.0.0/12"] }
  }

  expect_failures = [var.only]
}

run "refuses_a_range_of_every_address" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    conditions = { source_ip_cidrs = ["0.0.0.0/0"] }
  }

  expect_failures = [var.only]
}

run "refuses_an_account_in_place_of_an_organization" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    conditions = { organization_id = "111122223333" }
  }

  expect_failures = [var.only]
}

run "refuses_a_day_in_place_of_an_instant" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    conditions = { not_before = "2026-01-31" }
  }

  expect_failures = [var.only]
}

run "refuses_an_end_before_its_start" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    conditions = { not_before = "2026-02-01T00:00:00Z", not_after = "2026-01-01T00:00:00Z" }
  }

  expect_failures = [var.only]
}

run "refuses_a_tag_without_a_value" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    conditions = { principal_tags = { Team = "" } }
  }

  expect_failures = [var.only]
}

run "refuses_a_secret_policy_over_20480_characters" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = [jsonencode({ Statement = [{ Sid = format("%020481d", 0), Effect = "Deny", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" }] })]
  }

  expect_failures = [output.secret_policy_json]
}

run "refuses_a_key_policy_over_32768_characters" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    key_administrators = [for number in range(600) : format("arn:aws:iam::111122223333:role/key-administrator-%04d", number)]
  }

  expect_failures = [output.key_policy_json]
}

run "refuses_a_readers_policy_over_6144_characters" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    secret_name      = format("%0512d", 0)
    replica_key_arns = { for number in range(6) : "eu-west-${number}" => "arn:aws:kms:eu-west-${number}:000000000000:key/replica" }
  }

  expect_failures = [output.reader_policy_json]
}

run "refuses_an_endpoint_policy_over_20480_characters" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    rotators = [for number in range(220) : format("arn:aws:iam::000000000000:role/rotator-%04d", number)]
  }

  expect_failures = [output.endpoint_policy_json]
}

run "refuses_a_foreign_reader_under_the_aws_managed_key" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    key_arn = null
    readers = ["arn:aws:iam::111122223333:role/application"]
  }

  expect_failures = [output.secret_policy_json]
}

run "refuses_a_service_of_which_nothing_is_said" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    services = { "appflow.amazonaws.com" = null }
  }

  expect_failures = [var.services]
}

run "refuses_a_source_with_a_policy_variable" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    services = { "appflow.amazonaws.com" = { source_arns = ["arn:aws:s3:::$${aws:username}"] } }
  }

  expect_failures = [var.services]
}

run "refuses_a_superuser_by_a_wildcard" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    superuser = { secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:*" }
  }

  expect_failures = [var.superuser]
}

run "refuses_a_superusers_key_by_its_alias" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    superuser = { secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:superuser-AbCdEf", key_arn = "alias/superuser" }
  }

  expect_failures = [var.superuser]
}

run "refuses_one_tag_in_two_cases" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    conditions = { principal_tags = { Team = "orders", team = "billing" } }
  }

  expect_failures = [var.only]
}

run "refuses_a_statement_whose_principal_has_no_type" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = [jsonencode({ Statement = [{ Effect = "Allow", Principal = "arn:aws:iam::000000000000:root", Action = "secretsmanager:DescribeSecret", Resource = "*" }] })]
  }

  expect_failures = [output.secret_policy_json]
}

run "names_the_statements_of_one_secret" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    secret_name = "a/b"
  }
}

run "names_those_of_another_secret_with_the_same_letters_otherwise" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    secret_name = "a-b"
  }

  assert {
    condition = length(setintersection(
      jsondecode(run.names_the_statements_of_one_secret.reader_policy_json).Statement[*].Sid,
      jsondecode(output.reader_policy_json).Statement[*].Sid,
    )) == 0
    error_message = "The statements of a/b and a-b must be able to stand in one policy, which has each Sid once."
  }
}

run "refuses_an_endpoint_policy_for_another_service" {
  command = plan

  module {
    source = "./modules/vpc-endpoint/account_policy"
  }

  variables {
    service = "com.amazonaws.us-east-1.kms"
  }

  expect_failures = [var.service]
}

run "refuses_a_superuser_without_the_suffix_of_its_arn" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    superuser = { secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:orders/superuser" }
  }

  expect_failures = [var.superuser]
}

run "takes_a_superuser_whose_secret_rds_manages" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    superuser = { secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!cluster-0361984b970e-AbCdEf" }
  }

  assert {
    condition     = contains(jsondecode(output.rotator_policy_json).Statement[*].Resource, "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!cluster-0361984b970e-AbCdEf")
    error_message = "The rotator's policy is ${output.rotator_policy_json}"
  }
}
