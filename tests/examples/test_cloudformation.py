"""examples/cloudformation and the output `references`, which a stack resolves."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import boto3
import pytest

from harness import leaks
from harness.terraform import Terraform
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

pytestmark = pytest.mark.exhaustive

FIRST = {"username": "first-user", "password": "first-password"}
SECOND = {"username": "second-user", "password": "second-password"}
# The tutorial's resource, once for each field: it shows what CloudFormation has inserted.
COPIES = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

module "credentials" {
  source = "./module"

  name                    = var.name
  recovery_window_in_days = 0

  database = {
    engine   = "mysql"
    username = "dbadmin"
    host     = "localhost"
  }
}

resource "aws_cloudformation_stack" "copies" {
  name = "tests-copies"

  template_body = jsonencode({
    Resources = {
      for key, reference in module.credentials.references.cloudformation : key => {
        Type = "AWS::SecretsManager::Secret"
        Properties = {
          Name         = "${var.name}/${key}"
          KmsKeyId     = module.credentials.key_arn
          SecretString = reference
        }
      }
    }
  })

  # The references name the secret, and not the version that has to be there.
  depends_on = [module.credentials]
}

output "references" {
  value = module.credentials.references.cloudformation
}
"""


@pytest.fixture(scope="module")
def terraform(shared_workspace: Workspace) -> Terraform:
    """Apply the example with the first login."""
    terraform = shared_workspace.example("cloudformation")
    terraform.apply(recovery_window_in_days=0, **FIRST)
    return terraform


def login_of_connection(secretsmanager: "SecretsManagerClient") -> Mapping[str, str]:
    """Return the login that EventBridge got, as it stores it."""
    secret_arn = boto3.client("events").describe_connection(Name="shipping-carrier")["SecretArn"]
    login: dict[str, str] = json.loads(
        secretsmanager.get_secret_value(SecretId=secret_arn)["SecretString"]
    )
    return login


def test_the_connection_has_the_login_and_the_stack_a_role_of_its_own(
    terraform: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    outputs = terraform.output()
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName="shipping-carrier")[
        "Stacks"
    ]
    connection = boto3.client("events").describe_connection(Name="shipping-carrier")

    assert login_of_connection(secretsmanager) == FIRST
    assert connection["ConnectionArn"] == outputs["connection_arn"]
    assert stack["RoleARN"] == outputs["role_arn"]


def test_a_second_plan_is_empty_and_needs_no_login(terraform: Terraform) -> None:
    plan = terraform.plan(recovery_window_in_days=0)

    assert plan.is_empty, plan


def test_a_login_that_somebody_else_stores_does_not_reach_the_connection(
    terraform: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    arn = terraform.output()["arn"]
    first = secretsmanager.get_secret_value(SecretId=arn)["VersionId"]
    stored = secretsmanager.put_secret_value(SecretId=arn, SecretString=json.dumps(SECOND))

    plan = terraform.plan(recovery_window_in_days=0)
    assert plan.is_empty, plan
    assert login_of_connection(secretsmanager) == FIRST
    secretsmanager.update_secret_version_stage(
        SecretId=arn,
        VersionStage="AWSCURRENT",
        MoveToVersionId=first,
        RemoveFromVersionId=stored["VersionId"],
    )


def test_a_raised_version_takes_the_new_login_to_the_connection_in_one_apply(
    terraform: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    terraform.apply(recovery_window_in_days=0, value_version=2, **SECOND)

    assert login_of_connection(secretsmanager) == SECOND
    plan = terraform.plan(recovery_window_in_days=0, value_version=2)
    assert plan.is_empty, plan


def test_template_and_state_hold_no_login_and_both_are_destroyed(
    terraform: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    cloudformation = boto3.client("cloudformation")
    template = cloudformation.get_template(StackName="shipping-carrier")["TemplateBody"]
    texts = {"template": json.dumps(template), "output": terraform.transcript}
    assert texts["template"].count("{{resolve:secretsmanager:") == 2
    for value in [*FIRST.values(), *SECOND.values()]:
        assert leaks.find(value, [terraform.folder], texts) == []

    arn = terraform.output()["arn"]
    terraform.destroy(recovery_window_in_days=0, value_version=2)
    events = boto3.client("events")
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.describe_connection(Name="shipping-carrier")
    with pytest.raises(secretsmanager.exceptions.ResourceNotFoundException):
        secretsmanager.describe_secret(SecretId=arn)


def test_each_reference_of_a_database_resolves_to_its_field(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform = workspace(COPIES)
    terraform.apply(name=secret_name)
    value = json.loads(secretsmanager.get_secret_value(SecretId=secret_name)["SecretString"])

    assert set(terraform.output()["references"]) == set(value)
    for key, field in value.items():
        copy = secretsmanager.get_secret_value(SecretId=f"{secret_name}/{key}")["SecretString"]
        assert copy == str(field)
    plan = terraform.plan(name=secret_name)
    assert plan.is_empty, plan
    assert leaks.find(value["password"], [terraform.folder], {"output": terraform.transcript}) == []
