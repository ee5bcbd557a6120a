"""A secret that an earlier commit of this module has made moves over without a new value."""

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from harness.credentials import HCL, Credentials
from harness.environments import ROOT
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

EARLIER = """
module "credentials" {
  source = "./theirs"

  name             = %s
  password_version = %s
}
"""
PROVIDER = 'provider "aws" {\n  region = "us-east-1"\n}\n'


@pytest.fixture
def earlier(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str, version: int
) -> Credentials:
    """Credentials as the earlier commit has made them, from now on under the module as it is."""
    terraform = workspace(HCL)
    main = terraform.folder / "main.tf"
    shutil.copytree(ROOT / "tests" / "peers" / "earlier", terraform.folder / "theirs")
    main.write_text(PROVIDER + EARLIER % (json.dumps(secret_name), version))
    terraform.run("get")
    terraform.apply()
    main.write_text(HCL)
    terraform.run("get")
    credentials = Credentials(terraform, secretsmanager, secret_name)
    credentials.change(value_version=version)
    return credentials


@pytest.mark.parametrize("version", [1, 3])
def test_the_password_stays_and_the_version_is_not_written_again(
    earlier: Credentials, version: int
) -> None:
    before = earlier.value

    plan = earlier.plan()
    assert plan.replaces == plan.deletes == []
    earlier.apply()

    assert earlier.value == before
    plan = earlier.plan()
    assert plan.is_empty, plan
    earlier.change(host="db.example.com")
    earlier.apply()
    assert earlier.value == {**before, "host": "db.example.com"}
    earlier.change(value_version=version + 1)
    earlier.apply()
    assert earlier.value["password"] != before["password"]


@pytest.mark.parametrize("version", [3])
def test_the_password_stays_where_a_field_changes_in_the_same_apply(earlier: Credentials) -> None:
    password = earlier.rotate()

    # The provider takes the only label that says the version away at the start of this apply.
    earlier.change(host="db.example.com")
    earlier.apply()

    assert earlier.value["password"] == password
    assert earlier.value["host"] == "db.example.com"
    plan = earlier.plan()
    assert plan.is_empty, plan
