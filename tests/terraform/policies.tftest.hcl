# Refusals of modules/policies at plan time, and the policies that it returns.

provider "aws" {
  region = "us-east-1"
}

variables {
  secret_name = "tests/validation"
  account_id  = "000000000000"
  region      = "us-east-1"
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

  expect_failures = [output.resource_policies_json]
}

run "refuses_a_policy_document_with_a_sid_of_the_modules_own" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = [jsonencode({ Statement = [{ Sid = "DenyRequestsWithoutTLS", Effect = "Allow", Principal = "*", Action = "secretsmanager:*", Resource = "*" }] })]
  }

  expect_failures = [output.resource_policies_json]
}

run "takes_statements_as_they_come" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    # A single statement, and two without a Sid, one of them without a condition.
    policy_documents = [
      jsonencode({ Id = "Mine", Statement = { Sid = "Alone", Effect = "Deny", Principal = "*", Action = "secretsmanager:PutSecretValue", Resource = "*" } }),
      jsonencode({ Statement = [
        { Effect = "Deny", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { NumericLessThan = { "aws:MultiFactorAuthAge" = 60 } } },
        { Effect = "Deny", Principal = "*", Action = "secretsmanager:DeleteSecret", Resource = "*", Condition = null },
      ] }),
    ]
  }

  assert {
    condition     = jsondecode(output.resource_policies_json.secret).Id == "Mine"
    error_message = "The policy does not have the document's Id."
  }

  assert {
    condition = jsonencode(jsondecode(output.resource_policies_json.secret).Statement) == jsonencode([
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
    condition = jsonencode(slice(jsondecode(output.resource_policies_json.secret).Statement[*].Principal, 0, 6)) == jsonencode([
      { AWS = ["arn:aws:iam::000000000000:role/one"], Service = "appflow.amazonaws.com" },
      { AWS = ["arn:aws:iam::000000000000:role/one", "arn:aws:iam::000000000000:role/two"] },
      { AWS = ["*"] },
      { Service = "appflow.amazonaws.com" },
      { Federated = ["arn:aws:iam::000000000000:saml-provider/one"] },
      "*",
    ])
    error_message = "The principals are ${jsonencode(jsondecode(output.resource_policies_json.secret).Statement[*].Principal)}"
  }

  assert {
    condition = alltrue([
      for json in values(output.resource_policies_json) :
      length(regexall("\"AWS\":", json)) == length(regexall("\"AWS\":\\[", json))
    ])
    error_message = "A principal is not in a list: ${output.resource_policies_json.secret} ${output.resource_policies_json.key}"
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

run "refuses_a_secret_policy_over_20480_characters" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = [jsonencode({ Statement = [{ Sid = format("%020481d", 0), Effect = "Deny", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" }] })]
  }

  expect_failures = [output.resource_policies_json]
}

run "refuses_a_key_policy_over_32768_characters" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    key_administrators = [for number in range(600) : format("arn:aws:iam::111122223333:role/key-administrator-%04d", number)]
  }

  expect_failures = [output.resource_policies_json]
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

  expect_failures = [output.identity_policies_json]
}

run "refuses_an_endpoint_policy_over_20480_characters" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    rotators = [for number in range(220) : format("arn:aws:iam::000000000000:role/rotator-%04d", number)]
  }

  expect_failures = [output.identity_policies_json]
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

  expect_failures = [output.identity_policies_json]
}

run "refuses_a_statement_whose_principal_has_no_type" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = [jsonencode({ Statement = [{ Effect = "Allow", Principal = "arn:aws:iam::000000000000:root", Action = "secretsmanager:DescribeSecret", Resource = "*" }] })]
  }

  expect_failures = [output.resource_policies_json]
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
      jsondecode(run.names_the_statements_of_one_secret.identity_policies_json.reader).Statement[*].Sid,
      jsondecode(output.identity_policies_json.reader).Statement[*].Sid,
    )) == 0
    error_message = "One policy must be able to contain the statements of a/b and a-b, so their Sids must differ."
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

run "takes_a_superuser_whose_secret_rds_manages" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    superuser = { secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!cluster-0361984b970e-AbCdEf" }
  }

  assert {
    condition     = contains(jsondecode(output.identity_policies_json.rotator).Statement[*].Resource, "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!cluster-0361984b970e-AbCdEf")
    error_message = "The rotator's policy is ${output.identity_policies_json.rotator}"
  }
}

run "refuses_an_account_of_11_digits" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    account_id = "11112222333"
  }

  expect_failures = [var.account_id]
}

run "refuses_a_partition_that_aws_does_not_have" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    partition = "aws-mars"
  }

  expect_failures = [var.partition]
}

run "refuses_everybody_in_a_policy" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = [jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" }] })]
  }

  expect_failures = [output.resource_policies_json]
}

run "refuses_everybody_in_a_policy_of_one_statement" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = [jsonencode({ Statement = { Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" } })]
  }

  expect_failures = [output.resource_policies_json]
}

run "accepts_everybody_in_an_organization" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    policy_documents = [jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*", Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-abcdefghij" } } }] })]
  }

  assert {
    condition     = length(jsondecode(output.resource_policies_json.secret).Statement) == 2
    error_message = "The statement is not in the policy."
  }
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

run "refuses_a_superusers_key_by_a_wildcard" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    superuser = { secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:superuser-AbCdEf", key_arn = "arn:aws:kms:us-east-1:000000000000:key/*" }
  }

  expect_failures = [var.superuser]
}
