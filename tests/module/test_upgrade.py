"""A secret that an earlier commit of this module created is upgraded without a new value."""

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from harness.credentials import HCL, Credentials
from harness.functions import function
from harness.workspace import Workspace
from tools.environments import ROOT

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

pytestmark = pytest.mark.exhaustive

EARLIER = """
module "credentials" {
  source = "./theirs"

  name             = %s
  password_version = %s
}
"""
# Every resource of the root module.
WHOLE = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

variable "function_arn" {
  type = string
}

module "credentials" {
  source = "./module"

  name                    = var.name
  database                = { engine = "mysql", username = "dbadmin" }
  recovery_window_in_days = 0

  rotation = {
    automatically_after_days = 30
    function                 = { arn = var.function_arn }
  }
}
"""
MOVED = re.findall(r"from = (\S+)\n  to   = (\S+)\n", (ROOT / "moved.tf").read_text())
PROVIDER = 'provider "aws" {\n  region = "us-east-1"\n}\n'


@pytest.fixture
def earlier(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str, version: int
) -> Credentials:
    """Return credentials that the earlier commit created and the current module now manages."""
    terraform = workspace(HCL)
    main = terraform.folder / "main.tf"
    shutil.copytree(ROOT / "tests" / "fixtures" / "peers" / "earlier", terraform.folder / "theirs")
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

    # At the start of this apply, the provider removes the only label that names the version.
    earlier.change(host="db.example.com")
    earlier.apply()

    assert earlier.value["password"] == password
    assert earlier.value["host"] == "db.example.com"
    plan = earlier.plan()
    assert plan.is_empty, plan


def test_what_was_in_a_child_module_moves_over_as_it_is(
    workspace: Workspace, lambda_: "LambdaClient", secret_name: str
) -> None:
    terraform = workspace(WHOLE)
    with function(lambda_, "def handler(event, context):\n    pass\n") as tested:
        tested.allow()
        variables = {"name": secret_name, "function_arn": tested.arn}
        terraform.apply(**variables)
        made = terraform.run("state list").split()
        for child, root in MOVED:
            terraform.run("state mv", f"module.credentials.{root}", f"module.credentials.{child}")
        assert terraform.run("state list").split() != made

        plan = terraform.plan(**variables)
        assert {change.actions for change in plan.changes} == {("no-op",)}, plan
        terraform.apply_plan(plan)

        assert terraform.run("state list").split() == made
        moved = {root.removesuffix("[0]") for _, root in MOVED}
        of_the_root = {re.sub(r"\[0\]$", "", each) for each in made if each.count("module.") == 1}
        managed = {each for each in of_the_root if ".data." not in each}
        stays = {"module.credentials.terraform_data.identity"}
        assert managed - stays == {f"module.credentials.{root}" for root in moved}
        terraform.destroy(**variables)
