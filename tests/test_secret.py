"""The secret around its value: policy, tags, replicas, references, deletion."""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from harness.terraform import Terraform, TerraformError
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

NAME = "test/secret/orders"
HCL = """
provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

resource "aws_kms_key" "shared" {
  description = "Made in the same apply as the secret"
}

resource "aws_kms_key" "replica" {
  provider    = aws.ireland
  description = "Made in the same apply as the secret"
}

resource "terraform_data" "database" {
  input = "db.example.com"
}

resource "aws_iam_role" "reader" {
  name = "reader-of-orders"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

data "aws_iam_policy_document" "reader" {
  statement {
    sid       = "ReaderReads"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.reader.arn]
    }
  }
}

module "secret" {
  source = "./module"

  name        = "test/secret/orders"
  description = "Credentials of the orders database"
  database = {
    engine   = "postgres"
    username = "orders"
    host     = terraform_data.database.output
  }
  key                     = { existing = { arn = aws_kms_key.shared.arn } }
  access                  = { policy_documents = [data.aws_iam_policy_document.reader.json] }
  replicas                = { eu-west-1 = { kms_key_arn = aws_kms_key.replica.arn } }
  recovery_window_in_days = 0
  tags                    = { Environment = "test", Owner = "team@example.com" }
}

output "secret" {
  value = module.secret
}
"""


@pytest.fixture(scope="module")
def applied(shared_workspace: Workspace) -> Terraform:
    """A secret of which key, host, reader and replica's key are made in the same apply."""
    terraform = shared_workspace(HCL)
    terraform.apply()
    return terraform


def test_what_is_made_in_the_same_apply_can_be_given(applied: Terraform) -> None:
    plan = applied.plan()

    assert plan.is_empty, plan


def test_it_is_described_and_tagged(
    applied: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    secret = secretsmanager.describe_secret(SecretId=NAME)

    assert secret["ARN"] == applied.output()["secret"]["arn"]
    assert secret["Description"] == "Credentials of the orders database"
    tags = {tag["Key"]: tag["Value"] for tag in secret["Tags"]}
    assert tags == {"Environment": "test", "Owner": "team@example.com"}


def test_its_policy_has_the_callers_statements_and_denies_requests_without_tls(
    applied: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    policy = json.loads(
        secretsmanager.get_resource_policy(SecretId=applied.output()["secret"]["arn"])[
            "ResourcePolicy"
        ]
    )

    statements: dict[str, Any] = {it["Sid"]: it for it in policy["Statement"]}
    assert sorted(statements) == ["DenyRequestsWithoutTLS", "ReaderReads"]
    tls = statements["DenyRequestsWithoutTLS"]
    assert (tls["Effect"], tls["Principal"]) == ("Deny", "*")
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_public_policies_are_blocked(applied: Terraform) -> None:
    policies = [
        change.after
        for change in applied.plan().changes
        if change.type == "aws_secretsmanager_secret_policy"
    ]

    assert [policy["block_public_policy"] for policy in policies] == [True]


def test_it_is_copied_to_the_other_region_under_that_regions_key(
    applied: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    (status,) = secretsmanager.describe_secret(SecretId=NAME)["ReplicationStatus"]
    assert status["Region"] == "eu-west-1"
    assert status["KmsKeyId"].startswith("arn:aws:kms:eu-west-1:")

    there = boto3.client("secretsmanager", region_name="eu-west-1").describe_secret(SecretId=NAME)
    assert applied.output()["secret"]["replicas"] == {"eu-west-1": there["ARN"]}


def test_references_name_each_key_of_the_value(
    applied: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    outputs = applied.output()["secret"]
    value = json.loads(secretsmanager.get_secret_value(SecretId=NAME)["SecretString"])

    assert outputs["ecs_value_from"] == {key: f"{outputs['arn']}:{key}::" for key in value}
    assert outputs["cloudformation_references"] == {
        key: f"{{{{resolve:secretsmanager:{outputs['arn']}:SecretString:{key}}}}}" for key in value
    }


def test_cloudformation_resolves_the_reference(applied: Terraform) -> None:
    cloudformation = boto3.client("cloudformation")
    template = {
        "Resources": {
            "Parameter": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {
                    "Name": "/test/username",
                    "Type": "String",
                    "Value": applied.output()["secret"]["cloudformation_references"]["username"],
                },
            }
        }
    }
    cloudformation.create_stack(StackName="consumer", TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="consumer", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )

    parameter = boto3.client("ssm").get_parameter(Name="/test/username")["Parameter"]
    assert parameter["Value"] == "orders"
    cloudformation.delete_stack(StackName="consumer")


DELETED = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

module "secret" {
  source = "./module"

  name     = var.name
  database = { engine = "mysql", username = "dbadmin" }
  key      = { aws_managed = true }
}
"""


def test_a_secret_scheduled_for_deletion_is_not_made_twice_and_can_be_restored(
    workspace: Workspace,
    secretsmanager: "SecretsManagerClient",
    secret_name: str,
) -> None:
    terraform = workspace(DELETED)
    terraform.apply(name=secret_name)
    value = secretsmanager.get_secret_value(SecretId=secret_name)["SecretString"]
    arn = secretsmanager.describe_secret(SecretId=secret_name)["ARN"]
    terraform.destroy()
    # 30 days are the default; the provider tries for two minutes before it reports the refusal.
    deleted = secretsmanager.describe_secret(SecretId=secret_name)
    assert (deleted["DeletedDate"] - deleted["LastChangedDate"]).days in (29, 30)

    with pytest.raises(TerraformError) as refused:
        terraform.apply(name=secret_name)
    assert "already scheduled for deletion" in str(refused.value)
    assert "Run: aws secretsmanager restore-secret, then import it" in str(refused.value)

    secretsmanager.restore_secret(SecretId=secret_name)
    terraform.run(
        "import",
        "module.secret.module.secret.aws_secretsmanager_secret.this",
        arn,
        variables={"name": secret_name},
    )
    terraform.apply(name=secret_name)
    assert secretsmanager.describe_secret(SecretId=secret_name)["ARN"] == arn
    restored = secretsmanager.get_secret_value(SecretId=secret_name)["SecretString"]
    assert json.loads(restored) == json.loads(value)
