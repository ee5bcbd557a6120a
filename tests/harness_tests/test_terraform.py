"""The harness's Terraform, on a root module that does not use this repository's module."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.terraform import TerraformError, environment, find_mirror
from harness.waits import wait_until
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

HCL = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

variable "tags" {
  type    = map(string)
  default = {}
}

variable "value" {
  type      = string
  ephemeral = true
}

resource "aws_secretsmanager_secret" "this" {
  name                    = var.name
  tags                    = var.tags
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = var.value
  secret_string_wo_version = 1
}

output "arn" {
  value = aws_secretsmanager_secret.this.arn
}
"""


def leads_to(link: Path, folder: Path) -> bool:
    try:
        return link.readlink() == folder
    except OSError:  # a process that has ended, or another user's
        return False


@pytest.mark.exhaustive
def test_a_saved_plan_is_applied_changed_and_destroyed(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform = workspace(HCL)

    plan = terraform.plan(name=secret_name, value="s3cret-value")
    assert plan.creates == ["aws_secretsmanager_secret", "aws_secretsmanager_secret_version"]
    assert not plan.is_empty
    terraform.apply_plan(plan, value="s3cret-value")
    assert secretsmanager.get_secret_value(SecretId=secret_name)["SecretString"] == "s3cret-value"
    arn = terraform.output()["arn"]
    assert terraform.show_state()["values"]["outputs"]["arn"]["value"] == arn

    assert terraform.plan(name=secret_name, value="s3cret-value").is_empty

    plan = terraform.plan(name=secret_name, value="s3cret-value", tags={"a": "${b} %{c}"})
    assert plan.updates == ["aws_secretsmanager_secret"]
    assert plan.actions_on("secret.this") == ("update",)
    assert str(plan) == (
        "a plan of 1 resource changes\n  update aws_secretsmanager_secret.this (tags, tags_all)"
    )
    with pytest.raises(LookupError, match="not one address"):
        plan.actions_on("this")

    assert plan.changes[0].after["tags"] == {"a": "${b} %{c}"}

    plan = terraform.plan("-replace=aws_secretsmanager_secret.this", name=secret_name, value="x")
    assert plan.replaces == ["aws_secretsmanager_secret", "aws_secretsmanager_secret_version"]

    terraform.destroy(name=secret_name, value="s3cret-value")
    with pytest.raises(secretsmanager.exceptions.ResourceNotFoundException):
        secretsmanager.describe_secret(SecretId=secret_name)
    assert "Destroy complete! Resources: 2 destroyed." in terraform.transcript


def test_an_error_is_terraforms_own_words(workspace: Workspace) -> None:
    terraform = workspace(HCL)

    with pytest.raises(TerraformError, match="No value for required variable") as caught:
        terraform.plan(value="s3cret-value")

    assert caught.value.exit_code == 1
    assert str(caught.value).startswith("Error: ")


def test_a_command_is_ended_at_its_time_limit_with_its_providers(workspace: Workspace) -> None:
    terraform = workspace(HCL)
    terraform.time_limit_seconds = 1

    with pytest.raises(TerraformError, match="Terraform was ended after 1 s"):
        terraform.plan(name="test/never", value="s3cret-value")

    wait_until(
        lambda: (
            not any(leads_to(link, terraform.folder) for link in Path("/proc").glob("[0-9]*/cwd"))
        )
    )


def test_working_folders_share_an_init_and_nothing_else(workspace: Workspace) -> None:
    first, second = workspace(HCL), workspace(HCL + "# another\n")

    for terraform in (first, second):
        lock_file = (terraform.folder / ".terraform.lock.hcl").read_text()
        assert re.search(
            r'"\S+/hashicorp/aws" {\n  version     = "\S+"\n  constraints = ".+"\n}', lock_file
        )
        # With hashes, each command would hash the provider to compare them.
        assert "hashes" not in lock_file
    assert (first.folder / "main.tf").read_text() == HCL
    assert (second.folder / "main.tf").read_text() == HCL + "# another\n"


def test_a_mirror_that_holds_no_provider_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_PROVIDER_MIRROR", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"holds no registry.terraform.io/hashicorp/aws"):
        find_mirror()

    (tmp_path / "registry.terraform.io" / "hashicorp" / "aws").mkdir(parents=True)
    assert find_mirror() == tmp_path


def test_the_users_own_settings_of_aws_and_terraform_do_not_reach_the_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("TF_CLI_ARGS", "-json")

    settings = environment("http://127.0.0.1:1", tmp_path)

    assert "AWS_PROFILE" not in settings
    assert "TF_CLI_ARGS" not in settings
    assert settings["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
