"""After a role in the secret's policy is deleted, Terraform plans, repairs and destroys.

AWS then shows the role's unique id in place of its ARN:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import json
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest

from harness.terraform import Terraform
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

pytestmark = pytest.mark.exhaustive

HCL = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

variable "role_arn" {
  type = string
}

module "credentials" {
  source = "./module"

  name                    = var.name
  create_value            = false
  recovery_window_in_days = 0
  key                     = { aws_managed = true }

  access = {
    policy_documents = [jsonencode({
      Version = "2012-10-17"
      Statement = {
        Sid       = "Audit"
        Effect    = "Allow"
        Principal = { AWS = var.role_arn }
        Action    = "secretsmanager:DescribeSecret"
        Resource  = "*"
      }
    })]
  }
}
"""


class Role:
    """An IAM role that can be deleted and created again under its name."""

    def __init__(self) -> None:
        self._iam: IAMClient = boto3.client("iam")
        self._name = f"audit-{uuid.uuid4().hex}"
        self.make()

    def make(self) -> None:
        """Create the role, each time with a new unique id."""
        trust = {"Version": "2012-10-17", "Statement": []}
        role = self._iam.create_role(
            RoleName=self._name, AssumeRolePolicyDocument=json.dumps(trust)
        )["Role"]
        self.arn, self.unique_id = role["Arn"], role["RoleId"]

    def delete(self) -> None:
        """Delete the role."""
        self._iam.delete_role(RoleName=self._name)


@pytest.fixture
def role() -> Iterator[Role]:
    """Yield a role, which must exist when the test ends."""
    made = Role()
    yield made
    made.delete()


@pytest.fixture
def applied(workspace: Workspace, secret_name: str, role: Role) -> Terraform:
    """Apply a secret whose policy names a role."""
    terraform = workspace(HCL)
    terraform.apply(name=secret_name, role_arn=role.arn)
    return terraform


def audit(client: "SecretsManagerClient", name: str) -> object:
    """Return the principal of the statement, as AWS shows it."""
    policy = json.loads(client.get_resource_policy(SecretId=name)["ResourcePolicy"])
    (principal,) = [
        statement["Principal"] for statement in policy["Statement"] if statement["Sid"] == "Audit"
    ]
    return principal


def test_a_deleted_role_is_planned_to_be_put_back(
    applied: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str, role: Role
) -> None:
    gone = role.unique_id
    role.delete()
    assert audit(secretsmanager, secret_name) == {"AWS": [gone]}
    plan = applied.plan(name=secret_name, role_arn=role.arn)
    assert plan.updates == ["aws_secretsmanager_secret_policy"]

    role.make()
    applied.apply_plan(plan)

    assert audit(secretsmanager, secret_name) == {"AWS": [role.arn]}


def test_a_deleted_role_does_not_hinder_destroy(
    applied: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str, role: Role
) -> None:
    role.delete()

    applied.destroy()

    with pytest.raises(secretsmanager.exceptions.ResourceNotFoundException):
        secretsmanager.describe_secret(SecretId=secret_name)
    role.make()


def test_a_policy_with_the_id_as_a_text_is_deleted_and_applied_anew(
    applied: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str, role: Role
) -> None:
    """Follow the steps that the doctor and docs/limits.md name."""
    text = secretsmanager.get_resource_policy(SecretId=secret_name)["ResourcePolicy"]
    stored = json.loads(text)
    for statement in stored["Statement"]:
        if statement["Sid"] == "Audit":
            statement["Principal"] = {"AWS": role.arn}
    secretsmanager.put_resource_policy(SecretId=secret_name, ResourcePolicy=json.dumps(stored))
    gone = role.unique_id
    role.delete()
    assert audit(secretsmanager, secret_name) == {"AWS": gone}

    role.make()
    secretsmanager.delete_resource_policy(SecretId=secret_name)
    applied.apply(name=secret_name, role_arn=role.arn)

    assert audit(secretsmanager, secret_name) == {"AWS": [role.arn]}
