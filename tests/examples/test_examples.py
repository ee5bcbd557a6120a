"""The examples as a user copies them: the unchanged files, which take the module from git."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness import leaks
from harness.pages import REPOSITORY
from harness.terraform import Terraform, TerraformError
from harness.workspace import copy_hcl
from tools.environments import ROOT, project

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

pytestmark = pytest.mark.exhaustive


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with this repository's HCL and the tag that the examples name."""
    folder = tmp_path_factory.mktemp("git") / "repository"
    copy_hcl(folder)
    tag = f"v{project()['version']}"
    author = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"]
    for command in (["init"], ["add", "."], [*author, "commit", "-m", "All"], ["tag", tag]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    return folder


def example(name: str, repository: Path, tmp_path: Path) -> Terraform:
    """Return Terraform for a copy of examples/NAME; git finds the releases in `repository`."""
    copy = tmp_path / name
    shutil.copytree(ROOT / "examples" / name, copy)
    terraform = Terraform(copy)
    terraform.environment = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{repository}.insteadOf",
        "GIT_CONFIG_VALUE_0": REPOSITORY,
    }
    terraform.init()
    return terraform


def test_database_credentials(
    repository: Path, tmp_path: Path, secretsmanager: "SecretsManagerClient"
) -> None:
    terraform = example("database-credentials", repository, tmp_path)

    plan = terraform.plan(recovery_window_in_days=0)
    assert len(plan.creates) == 9  # as the example's README says
    terraform.apply_plan(plan)
    plan = terraform.plan(recovery_window_in_days=0)
    assert plan.is_empty, plan
    outputs = terraform.output()
    secret = secretsmanager.describe_secret(SecretId="vpc-tutorial/database/credentials")
    assert secret["ARN"] == outputs["arn"]
    assert secret["KmsKeyId"] == outputs["key_arn"]
    assert {tag["Key"] for tag in secret["Tags"]} == {
        "Environment",
        "Project",
        "Purpose",
        "CreatedBy",
    }

    value = json.loads(secretsmanager.get_secret_value(SecretId=outputs["arn"])["SecretString"])
    assert set(value) == set(outputs["ecs_value_from"])
    terraform.apply(recovery_window_in_days=0, database_host="db.example.com")
    moved = json.loads(secretsmanager.get_secret_value(SecretId=outputs["arn"])["SecretString"])
    assert moved == {**value, "host": "db.example.com"}
    assert leaks.find(value["password"], [tmp_path], {"output": terraform.transcript}) == []

    terraform.destroy()
    with pytest.raises(secretsmanager.exceptions.ResourceNotFoundException):
        secretsmanager.describe_secret(SecretId=outputs["arn"])


def test_api_key(repository: Path, tmp_path: Path, secretsmanager: "SecretsManagerClient") -> None:
    terraform = example("api-key", repository, tmp_path)
    first = {"api_key": "pk_first_key", "api_secret": "sk_first_secret"}
    second = {"api_key": "pk_second_key", "api_secret": "sk_second_secret"}

    def current() -> dict[str, str]:
        arn = terraform.output()["arn"]
        value: dict[str, str] = json.loads(
            secretsmanager.get_secret_value(SecretId=arn)["SecretString"]
        )
        return value

    terraform.apply(recovery_window_in_days=0, **first)
    assert current() == first
    assert set(terraform.output()["ecs_value_from"]) == set(first)

    plan = terraform.plan(recovery_window_in_days=0)
    assert plan.is_empty, plan
    with pytest.raises(TerraformError, match=r"key\s+without\s+a"):
        terraform.plan(recovery_window_in_days=0, value_version=2)

    terraform.apply(recovery_window_in_days=0, value_version=2, **second)
    assert current() == second
    for value in [*first.values(), *second.values()]:
        assert leaks.find(value, [tmp_path], {"output": terraform.transcript}) == []
    terraform.destroy(recovery_window_in_days=0, value_version=2)


def test_application_role(
    repository: Path, tmp_path: Path, secretsmanager: "SecretsManagerClient"
) -> None:
    terraform = example("application-role", repository, tmp_path)
    deploy = "arn:aws:iam::000000000000:role/deploy"

    terraform.apply(recovery_window_in_days=0, administrators=[deploy])
    plan = terraform.plan(recovery_window_in_days=0, administrators=[deploy])
    assert plan.is_empty, plan
    outputs = terraform.output()
    # test_access_matrix.py tests who can do what with it.
    policy = secretsmanager.get_resource_policy(SecretId=outputs["arn"])["ResourcePolicy"]
    (readers,) = (it for it in json.loads(policy)["Statement"] if it["Sid"] == "ReadersReadValue")
    assert readers["Principal"] == {"AWS": [outputs["role_arn"]]}

    terraform.destroy()
    with pytest.raises(secretsmanager.exceptions.ResourceNotFoundException):
        secretsmanager.describe_secret(SecretId=outputs["arn"])
