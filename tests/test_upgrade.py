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


@pytest.mark.parametrize("version", [1, 3])
def test_the_password_stays_and_the_version_is_not_written_again(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str, version: int
) -> None:
    terraform = workspace(HCL)
    main = terraform.folder / "main.tf"
    shutil.copytree(ROOT / "tests" / "peers" / "earlier", terraform.folder / "theirs")
    main.write_text(PROVIDER + EARLIER % (json.dumps(secret_name), version))
    terraform.run("get")
    terraform.apply()
    credentials = Credentials(terraform, secretsmanager, secret_name)
    before = credentials.value

    main.write_text(HCL)
    terraform.run("get")
    credentials.change(password={"version": version})
    plan = credentials.plan()
    assert plan.replaces == plan.deletes == []
    credentials.apply()

    assert credentials.value == before
    plan = credentials.plan()
    assert plan.is_empty, plan
    credentials.change(host="db.example.com")
    credentials.apply()
    assert credentials.value == {**before, "host": "db.example.com"}
    credentials.change(password={"version": version + 1})
    credentials.apply()
    assert credentials.value["password"] != before["password"]
