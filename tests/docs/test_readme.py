"""When applied, the code in the README and the pages in docs/ does what these pages say.

test_docs.py checks that every block plans.
"""

import json
from typing import TYPE_CHECKING

import pytest

from harness.markdown import block
from harness.pages import PROVIDER, hcl
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

USE = hcl("README.md", "vpc-tutorial-db")
MORE = hcl("README.md", "orders/database/credentials")
SUPPLIED = hcl("README.md", "payments/provider/api")
ROTATION = hcl("README.md", "shop/database/credentials")
ACCESS = hcl("docs/security.md", "invoices/database/credentials")


def test_the_least_is_enough_and_is_read_as_shown(workspace: Workspace, secret_name: str) -> None:
    tutorial = "vpc-tutorial/database/credentials"
    assert tutorial in USE
    workspace(PROVIDER + USE.replace(tutorial, secret_name)).apply()

    reading = block("README.md", "python", tutorial)
    found: dict[str, dict[str, str]] = {}
    exec(reading.replace(tutorial, secret_name), found)  # noqa: S102

    assert found["credentials"]["username"] == "dbadmin"
    assert len(found["credentials"]["password"]) == 32


@pytest.mark.exhaustive
def test_everything_optional_applies(
    workspace: Workspace, secretsmanager: "SecretsManagerClient"
) -> None:
    terraform = workspace(PROVIDER + MORE)
    terraform.apply()

    secret = secretsmanager.get_secret_value(SecretId="orders/database/credentials")
    password = json.loads(secret["SecretString"])["password"]
    assert len(password) == 40
    assert password.isalnum()
    assert terraform.plan().is_empty


@pytest.mark.exhaustive
def test_a_supplied_value_applies_and_is_needed_once(
    workspace: Workspace, secretsmanager: "SecretsManagerClient"
) -> None:
    terraform = workspace(PROVIDER + SUPPLIED)
    terraform.apply(api_key="issued-by-somebody-else")

    secret = secretsmanager.get_secret_value(SecretId="payments/provider/api")
    assert json.loads(secret["SecretString"]) == {"key": "issued-by-somebody-else"}
    assert terraform.plan().is_empty


@pytest.mark.exhaustive
def test_readers_and_limits_apply(
    workspace: Workspace, secretsmanager: "SecretsManagerClient"
) -> None:
    # The account of the README is not the emulator's.
    terraform = workspace(PROVIDER + ACCESS.replace("111122223333", "000000000000"))
    terraform.apply()

    policy = secretsmanager.get_resource_policy(SecretId="invoices/database/credentials")
    allowed = {
        statement["Sid"]
        for statement in json.loads(policy["ResourcePolicy"])["Statement"]
        if statement["Effect"] == "Allow"
    }
    assert allowed == {
        "ReadersReadValue",
        "AppflowReadsValue",
        "RotatorsRotateValue",
        "AdministratorsManageSecret",
    }
    assert terraform.plan().is_empty


def test_rotation_is_planned_with_all_that_it_needs(workspace: Workspace) -> None:
    rotation = ROTATION.replace('"dist/', '"${path.module}/module/dist/')

    creates = workspace(PROVIDER + rotation).plan().creates

    assert {"aws_lambda_function", "aws_secretsmanager_secret_rotation"} <= set(creates)
