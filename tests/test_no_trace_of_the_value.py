"""The value stands nowhere but in Secrets Manager, whatever Terraform is told to do or to log."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness import leaks
from harness.credentials import HCL, Credentials
from harness.terraform import TerraformError
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def test_a_whole_life_leaves_no_trace_of_any_password(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    credentials = Credentials(workspace(HCL), secretsmanager, secret_name)
    terraform = credentials.terraform
    log = terraform.folder / "info.log"
    terraform.environment = {"TF_LOG": "INFO", "TF_LOG_PATH": str(log)}
    passwords, texts = [], {}

    credentials.apply()
    passwords.append(str(credentials.value["password"]))
    passwords.append(credentials.rotate())
    credentials.change(host="db.example.com")
    plan = credentials.plan()
    texts["plan JSON"] = plan.json
    terraform.apply_plan(plan, **credentials.variables)
    credentials.change(password={"version": 2})
    credentials.apply()
    passwords.append(str(credentials.value["password"]))
    texts["state JSON"] = json.dumps(terraform.show_state())
    texts["outputs"] = json.dumps(terraform.output())
    # A refusal prints the values that its condition refers to.
    credentials.change(username="another")
    with pytest.raises(TerraformError):
        credentials.plan()
    texts["what was printed"] = terraform.transcript

    assert log.stat().st_size > 0
    assert (terraform.folder / "terraform.tfstate.backup").exists()
    assert len(set(passwords)) == 3
    for password in passwords:
        assert leaks.find(password, [terraform.folder], texts) == []


@pytest.mark.parametrize("level", ["DEBUG", "TRACE"])
def test_from_debug_on_the_providers_log_of_requests_holds_the_value_as_the_readme_warns(
    credentials: Credentials, tmp_path: Path, level: str
) -> None:
    log = tmp_path / "provider.log"
    credentials.terraform.environment = {"TF_LOG": level, "TF_LOG_PATH": str(log)}

    credentials.change(host="db.example.com")
    credentials.apply()

    assert leaks.find(str(credentials.value["password"]), [log])
