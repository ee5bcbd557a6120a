"""A role is deleted that the secret's policy names: Terraform plans, repairs and destroys.

AWS then shows the role's unique id in place of its ARN:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import json
from typing import TYPE_CHECKING

import pytest

from harness.terraform import Terraform
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

ROLE = "arn:aws:iam::000000000000:role/audit"
UNIQUE_ID = "AROAEXAMPLEEXAMPLE123"
HCL = f"""
provider "aws" {{
  region = "us-east-1"
}}

variable "name" {{
  type = string
}}

module "credentials" {{
  source = "./module"

  name                    = var.name
  container_only          = true
  recovery_window_in_days = 0
  key                     = {{ aws_managed = true }}

  access = {{
    policy_documents = [jsonencode({{
      Version = "2012-10-17"
      Statement = {{
        Sid       = "Audit"
        Effect    = "Allow"
        Principal = {{ AWS = "{ROLE}" }}
        Action    = "secretsmanager:DescribeSecret"
        Resource  = "*"
      }}
    }})]
  }}
}}
"""


@pytest.fixture
def applied(workspace: Workspace, secret_name: str) -> Terraform:
    """A secret whose policy names a role."""
    terraform = workspace(HCL)
    terraform.apply(name=secret_name)
    return terraform


def policy(client: "SecretsManagerClient", name: str) -> str:
    return client.get_resource_policy(SecretId=name)["ResourcePolicy"]


def delete_role(client: "SecretsManagerClient", name: str) -> None:
    """Show the policy as AWS does once the role is deleted; the emulator has no such ids."""
    shown = policy(client, name).replace(ROLE, UNIQUE_ID)
    client.put_resource_policy(SecretId=name, ResourcePolicy=shown)


def test_a_deleted_role_is_planned_to_be_put_back(
    applied: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    delete_role(secretsmanager, secret_name)

    plan = applied.plan(name=secret_name)
    assert plan.updates == ["aws_secretsmanager_secret_policy"]

    applied.apply_plan(plan)
    assert UNIQUE_ID not in policy(secretsmanager, secret_name)


def test_a_deleted_role_does_not_hinder_destroy(
    applied: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    delete_role(secretsmanager, secret_name)

    applied.destroy()

    with pytest.raises(secretsmanager.exceptions.ResourceNotFoundException):
        secretsmanager.describe_secret(SecretId=secret_name)


def test_a_policy_with_the_id_as_a_text_is_deleted_and_applied_anew(
    applied: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    """The way that the doctor and docs/limits.md name."""
    stored = json.loads(policy(secretsmanager, secret_name))
    stored["Statement"][0]["Principal"] = {"AWS": UNIQUE_ID}
    secretsmanager.put_resource_policy(SecretId=secret_name, ResourcePolicy=json.dumps(stored))

    secretsmanager.delete_resource_policy(SecretId=secret_name)
    applied.apply(name=secret_name)

    assert json.loads(policy(secretsmanager, secret_name))["Statement"][0]["Principal"] == {
        "AWS": [ROLE]
    }
