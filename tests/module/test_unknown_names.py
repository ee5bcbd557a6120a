"""Values unknown before the apply: names, readers and keys that it creates, and `depends_on`."""

import json
from typing import TYPE_CHECKING

import pytest

from harness.forwarder import Call, Forwarder
from harness.terraform import TerraformError
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

HCL = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

variable "host" {
  type = string
}

variable "value_version" {
  type    = number
  default = null
}

variable "key" {
  type    = any
  default = {}
}

# Its output is not known in a plan that changes its input.
resource "terraform_data" "name" {
  input = var.name
}

# Replaces the database that the secret waits for.
resource "terraform_data" "database" {
  input = var.host
}

module "credentials" {
  source = "./module"

  name                    = terraform_data.name.output
  database                = { engine = "postgres", username = "app", host = var.host }
  value_version           = var.value_version
  key                     = var.key
  recovery_window_in_days = 0

  depends_on = [terraform_data.database]
}
"""

# A plan that changes the readers knows neither their number nor whether there are any.
READERS = """
provider "aws" {{
  region = "us-east-1"
}}

variable "name" {{
  type = string
}}

variable "readers" {{
  type = list(string)
}}

variable "key_arn" {{
  type = string
}}

resource "terraform_data" "readers" {{
  input = var.readers
}}

resource "terraform_data" "key_arn" {{
  input            = var.key_arn
  triggers_replace = [var.readers]
}}

module "credentials" {{
  source = "./module"

  name                    = var.name
  database                = {{ engine = "postgres", username = "app" }}
  access                  = {{ readers = terraform_data.readers.output }}
  key                     = {key}
  recovery_window_in_days = 0
}}
"""


def current(secretsmanager: "SecretsManagerClient", name: str) -> dict[str, object]:
    """Return the value that an application reads."""
    text = secretsmanager.get_secret_value(SecretId=name)["SecretString"]
    value: dict[str, object] = json.loads(text)
    return value


def test_a_name_made_in_the_same_apply_and_a_dependency_that_changes_keep_the_password(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform = workspace(HCL)
    terraform.apply(name=secret_name, host="db1", value_version=2)
    plan = terraform.plan(name=secret_name, host="db1", value_version=2)
    assert plan.is_empty, plan
    first = current(secretsmanager, secret_name)

    # This apply reads the labels midway, after the provider has removed some.
    terraform.apply(name=secret_name, host="db2", value_version=2)
    assert current(secretsmanager, secret_name) == {**first, "host": "db2"}

    terraform.apply(name=secret_name, host="db3", value_version=3)
    second = current(secretsmanager, secret_name)
    assert second["host"] == "db3"
    assert second["password"] != first["password"]

    terraform.apply(name=secret_name, host="db4", value_version=3)
    assert current(secretsmanager, secret_name) == {**second, "host": "db4"}
    plan = terraform.plan(name=secret_name, host="db4", value_version=3)
    assert plan.is_empty, plan


@pytest.mark.exhaustive
def test_a_key_and_a_dependency_that_change_in_one_apply_keep_the_password(
    workspace: Workspace,
    secretsmanager: "SecretsManagerClient",
    kms: "KMSClient",
    secret_name: str,
) -> None:
    terraform = workspace(HCL)
    terraform.apply(name=secret_name, host="db1", value_version=2)
    first = current(secretsmanager, secret_name)
    key = {"existing": {"arn": kms.create_key()["KeyMetadata"]["Arn"]}}

    # When this apply reads the labels, no version has a label with its number.
    terraform.apply(name=secret_name, host="db2", value_version=2, key=key)

    assert current(secretsmanager, secret_name) == {**first, "host": "db2"}
    plan = terraform.plan(name=secret_name, host="db2", value_version=2, key=key)
    assert plan.is_empty, plan


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "key",
    [
        "{}",
        "{ existing = { arn = var.key_arn } }",
        "{ existing = { arn = terraform_data.key_arn.output } }",
    ],
    ids=["made", "existing", "existing-and-unknown"],
)
def test_readers_whose_number_is_not_known_are_the_only_ones_who_read(
    key: str,
    workspace: Workspace,
    secretsmanager: "SecretsManagerClient",
    kms: "KMSClient",
    secret_name: str,
) -> None:
    terraform = workspace(READERS.format(key=key))
    key_arn = kms.create_key()["KeyMetadata"]["Arn"]
    password = None

    for readers in (["app"], ["app", "reports"]):
        arns = [f"arn:aws:iam::000000000000:role/{reader}" for reader in readers]
        given = {"name": secret_name, "key_arn": key_arn, "readers": arns}
        terraform.apply(**given)

        text = secretsmanager.get_resource_policy(SecretId=secret_name)["ResourcePolicy"]
        (denial,) = (
            statement
            for statement in json.loads(text)["Statement"]
            if statement["Sid"] == "DenyReadingByOthers"
        )
        excepted = denial["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
        assert set(excepted) == {"arn:aws:iam::000000000000:root", *arns}
        kms_key_id = secretsmanager.describe_secret(SecretId=secret_name)["KmsKeyId"]
        assert (kms_key_id == key_arn) == (key != "{}")
        password = password or current(secretsmanager, secret_name)["password"]
        assert current(secretsmanager, secret_name)["password"] == password
        plan = terraform.plan(**given)
        assert plan.is_empty, plan


@pytest.mark.exhaustive
def test_a_name_that_changes_during_the_apply_is_refused_before_anything_else_changes(
    workspace: Workspace,
    secretsmanager: "SecretsManagerClient",
    secret_name: str,
    forwarder: Forwarder,
) -> None:
    terraform = workspace(HCL)
    terraform.apply(name=secret_name, host="db1")
    before = current(secretsmanager, secret_name)
    terraform.environment = {"AWS_ENDPOINT_URL": forwarder.endpoint_url}

    with forwarder.recording() as calls, pytest.raises(TerraformError) as refused:
        terraform.apply(name=f"{secret_name}-new", host="db1")

    assert f'name changes from "{secret_name}" to "{secret_name}-new"' in refused.value.on_one_line
    assert [name for name in calls if Call(name, 1).changes] == []
    assert current(secretsmanager, secret_name) == before
    plan = terraform.plan(name=secret_name, host="db1")
    assert plan.updates == ["terraform_data"]  # of this test, which already has the new name
    assert plan.replaces == plan.deletes == []
