"""What the README shows is true: its HCL applies, its Python reads, its tables are complete."""

import json
import re
from typing import TYPE_CHECKING

from harness.environments import ROOT
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

TEXT = (ROOT / "README.md").read_text()
PROVIDER = 'provider "aws" {\n  region = "us-east-1"\n}\n'


def blocks(language: str) -> list[str]:
    """The README's blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.M | re.S)


USE, MORE, SUPPLIED, ACCESS, ROTATION, IMPORT = (
    re.sub(r'"git::[^"]*"', '"./module"', block) for block in blocks("hcl")
)


def table(heading: str) -> list[str]:
    """First column of the table under a heading."""
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.M)


def declared(kind: str, file: str) -> list[str]:
    """Names of the variables or outputs that a file declares, in their order."""
    return re.findall(rf'^{kind} "(\w+)"', (ROOT / file).read_text(), re.M)


def test_the_least_is_enough_and_is_read_and_adopted_as_shown(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    tutorial = "vpc-tutorial/database/credentials"
    assert tutorial in USE
    workspace(PROVIDER + USE.replace(tutorial, secret_name)).apply()
    (reading,) = blocks("python")
    found: dict[str, dict[str, str]] = {}
    exec(reading.replace(tutorial, secret_name), found)  # noqa: S102
    assert found["credentials"]["username"] == "dbadmin"

    arn = secretsmanager.describe_secret(SecretId=secret_name)["ARN"]
    adopting = re.sub(r'"arn:[^"]*"', f'"{arn}"', IMPORT)
    # A state that knows nothing stands for a lost one; the key's alias is taken by the first.
    key = '  key = { aws_managed = true }\n  name = "'
    adopted = USE.replace(tutorial, secret_name).replace('  name = "', key)
    workspace(PROVIDER + adopted + adopting).apply()

    live = secretsmanager.get_secret_value(SecretId=secret_name)["SecretString"]
    assert json.loads(live) == found["credentials"]


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


def test_a_supplied_value_applies_and_is_needed_once(
    workspace: Workspace, secretsmanager: "SecretsManagerClient"
) -> None:
    terraform = workspace(PROVIDER + SUPPLIED)
    terraform.apply(api_key="issued-by-somebody-else")

    secret = secretsmanager.get_secret_value(SecretId="payments/provider/api")
    assert json.loads(secret["SecretString"]) == {"key": "issued-by-somebody-else"}
    assert terraform.plan().is_empty


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
    hcl = ROTATION.replace('"dist/', '"${path.module}/module/dist/')

    creates = workspace(PROVIDER + hcl).plan().creates

    assert {"aws_lambda_function", "aws_secretsmanager_secret_rotation"} <= set(creates)


def test_a_rollback_leaves_the_plan_empty(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    hcl = USE.replace("vpc-tutorial/database/credentials", secret_name)
    terraform = workspace(PROVIDER + hcl)
    terraform.apply()
    old = secretsmanager.get_secret_value(SecretId=secret_name)
    new = secretsmanager.put_secret_value(SecretId=secret_name, SecretString='{"password": "x"}')

    secretsmanager.update_secret_version_stage(
        SecretId=secret_name,
        VersionStage="AWSCURRENT",
        MoveToVersionId=old["VersionId"],
        RemoveFromVersionId=new["VersionId"],
    )

    plan = terraform.plan()
    assert plan.is_empty, plan
    live = secretsmanager.get_secret_value(SecretId=secret_name)["SecretString"]
    assert live == old["SecretString"]


def test_the_tables_name_every_input_and_output() -> None:
    assert table("Inputs") == declared("variable", "variables.tf")
    assert table("Outputs") == declared("output", "outputs.tf")
