"""Values that the caller supplies: stored only when their version is new."""

import base64
import json
from typing import TYPE_CHECKING

import pytest

from harness.terraform import Terraform, TerraformError
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

HCL = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

variable "value_version" {
  type    = number
  default = null
}

variable "create_value" {
  type    = bool
  default = null
}

variable "key_values_wo" {
  type      = map(string)
  default   = null
  ephemeral = true
}

variable "secret_string_wo" {
  type      = string
  default   = null
  ephemeral = true
}

module "secret" {
  source = "./module"

  name                    = var.name
  key                     = { aws_managed = true }
  key_values_wo           = var.key_values_wo
  secret_string_wo        = var.secret_string_wo
  value_version           = var.value_version
  create_value            = var.create_value
  recovery_window_in_days = 0
}
"""


@pytest.fixture
def terraform(workspace: Workspace) -> Terraform:
    """Terraform for one secret."""
    return workspace(HCL)


def current(secretsmanager: "SecretsManagerClient", name: str) -> str:
    """Return the value that an application reads."""
    return secretsmanager.get_secret_value(SecretId=name)["SecretString"]


@pytest.mark.exhaustive
def test_key_values_are_stored_as_json_and_needed_no_more(
    terraform: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform.apply(name=secret_name, value_version=1, key_values_wo={"id": "a", "token": "b<&>"})
    assert json.loads(current(secretsmanager, secret_name)) == {"id": "a", "token": "b<&>"}

    plan = terraform.plan(name=secret_name, value_version=1)

    assert plan.is_empty, plan


@pytest.mark.exhaustive
def test_a_value_that_changes_without_its_version_is_not_written(
    terraform: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform.apply(name=secret_name, value_version=1, secret_string_wo="first value")

    plan = terraform.plan(name=secret_name, value_version=1, secret_string_wo="second value")

    assert plan.is_empty, plan
    assert current(secretsmanager, secret_name) == "first value"


@pytest.mark.exhaustive
def test_a_raised_version_stores_the_new_pairs_and_keeps_the_others(
    terraform: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform.apply(name=secret_name, value_version=1, key_values_wo={"id": "a", "token": "old"})
    secretsmanager.put_secret_value(
        SecretId=secret_name, SecretString='{"id": "a", "token": "rotated", "added": [1]}'
    )

    terraform.apply(name=secret_name, value_version=2, key_values_wo={"token": "new"})

    assert json.loads(current(secretsmanager, secret_name)) == {
        "id": "a",
        "token": "new",
        "added": [1],
    }


@pytest.mark.exhaustive
def test_a_version_lost_from_state_is_written_again_as_it_is(
    terraform: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform.apply(name=secret_name, value_version=1, secret_string_wo="first value")
    secretsmanager.put_secret_value(SecretId=secret_name, SecretString="changed by hand")
    terraform.run("state rm", "module.secret.aws_secretsmanager_secret_version.this")

    terraform.apply(name=secret_name, value_version=1, secret_string_wo="first value")

    assert current(secretsmanager, secret_name) == "changed by hand"


@pytest.mark.exhaustive
def test_a_raised_version_without_a_value_is_refused(
    terraform: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform.apply(name=secret_name, value_version=1, secret_string_wo="first value")

    with pytest.raises(TerraformError, match="no value is given"):
        terraform.apply(name=secret_name, value_version=2)

    assert current(secretsmanager, secret_name) == "first value"


@pytest.mark.exhaustive
def test_a_saved_plan_wants_its_ephemeral_value_again(
    terraform: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    plan = terraform.plan(name=secret_name, value_version=1, secret_string_wo="first value")

    with pytest.raises(TerraformError, match="secret_string_wo"):
        terraform.apply_plan(plan)

    terraform.apply_plan(plan, secret_string_wo="first value")
    assert current(secretsmanager, secret_name) == "first value"


@pytest.mark.exhaustive
def test_65536_bytes_are_stored(
    terraform: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    value = "é" * 32768

    terraform.apply(name=secret_name, value_version=1, secret_string_wo=value)

    assert current(secretsmanager, secret_name) == value


@pytest.mark.exhaustive
def test_binary_data_is_stored_as_its_base64(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    data = bytes(range(256))
    terraform = workspace(HCL.replace("var.secret_string_wo", 'filebase64("data")'))
    (terraform.folder / "data").write_bytes(data)

    terraform.apply(name=secret_name, value_version=1)

    assert base64.b64decode(current(secretsmanager, secret_name)) == data


@pytest.mark.exhaustive
def test_a_container_is_made_without_a_value_and_takes_one_later(
    terraform: Terraform, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform.apply(name=secret_name, create_value=False)
    assert "VersionIdsToStages" not in secretsmanager.describe_secret(SecretId=secret_name)

    terraform.apply(name=secret_name, value_version=1, secret_string_wo="first value")
    assert current(secretsmanager, secret_name) == "first value"

    # Back to a container: Terraform stops managing the value and leaves it in place.
    terraform.apply(name=secret_name, create_value=False)
    assert current(secretsmanager, secret_name) == "first value"


DATABASE = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

module "secret" {
  source = "./module"

  name                    = var.name
  database                = { engine = "mysql", username = "app" }
  key                     = { aws_managed = true }
  recovery_window_in_days = 0
}
"""


def test_a_value_that_takes_a_databases_place_has_nothing_of_it_and_needs_a_raised_version(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform = workspace(DATABASE)
    terraform.apply(name=secret_name)
    before = current(secretsmanager, secret_name)
    (terraform.folder / "main.tf").write_text(HCL)

    with pytest.raises(TerraformError) as refused:
        terraform.plan(name=secret_name, value_version=1, key_values_wo={"token": "new"})
    assert "set value_version to 2 and give the new value" in refused.value.on_one_line
    assert current(secretsmanager, secret_name) == before

    terraform.apply(name=secret_name, value_version=2, key_values_wo={"token": "new"})
    assert json.loads(current(secretsmanager, secret_name)) == {"token": "new"}
    plan = terraform.plan(name=secret_name, value_version=2)
    assert plan.is_empty, plan


def test_a_database_takes_over_the_password_of_a_supplied_value(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform = workspace(HCL)
    pairs = {"username": "app", "password": "chosen", "note": "kept"}
    terraform.apply(name=secret_name, value_version=1, key_values_wo=pairs)
    (terraform.folder / "main.tf").write_text(DATABASE)

    terraform.apply(name=secret_name)

    assert json.loads(current(secretsmanager, secret_name)) == {**pairs, "engine": "mysql"}


@pytest.mark.exhaustive
def test_a_new_password_for_a_database_takes_nothing_from_a_supplied_value(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform = workspace(HCL)
    terraform.apply(name=secret_name, value_version=1, key_values_wo={"api_key": "theirs"})
    raised = "value_version = 2\n  key "
    (terraform.folder / "main.tf").write_text(DATABASE.replace("key ", raised, 1))

    terraform.apply(name=secret_name)

    value = json.loads(current(secretsmanager, secret_name))
    assert value.keys() == {"engine", "username", "port", "password"}


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("missing", "words"),
    [({}, "no value is given"), ({"key_values_wo": {"token": None}}, "key without a value")],
)
def test_a_first_value_that_is_missing_is_refused_before_any_value_is_stored(
    terraform: Terraform,
    secretsmanager: "SecretsManagerClient",
    secret_name: str,
    missing: dict[str, object],
    words: str,
) -> None:
    with pytest.raises(TerraformError) as refused:
        terraform.apply(name=secret_name, value_version=1, **missing)
    assert words in refused.value.on_one_line
    assert "VersionIdsToStages" not in secretsmanager.describe_secret(SecretId=secret_name)

    terraform.apply(name=secret_name, value_version=1, secret_string_wo="first value")
    assert current(secretsmanager, secret_name) == "first value"


MANY = """
provider "aws" {
  region = "us-east-1"
}

variable "secrets" {
  type = map(object({ version = number }))
}

variable "values" {
  type      = map(map(string))
  ephemeral = true
}

module "secret" {
  source   = "./module"
  for_each = var.secrets

  name                    = each.key
  key                     = { aws_managed = true }
  key_values_wo           = var.values[each.key]
  value_version           = each.value.version
  recovery_window_in_days = 0
}
"""


@pytest.mark.exhaustive
def test_for_each_makes_many_secrets_from_a_map_of_versions_and_an_ephemeral_map_of_values(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    names = [f"{secret_name}/{index}" for index in range(3)]

    workspace(MANY).apply(
        secrets={name: {"version": 1} for name in names},
        values={name: {"token": f"token of {name}"} for name in names},
    )

    assert [json.loads(current(secretsmanager, name))["token"] for name in names] == [
        f"token of {name}" for name in names
    ]
