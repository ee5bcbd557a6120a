"""The module keeps a current value that Terraform did not write or no longer has in its state."""

import json
from typing import TYPE_CHECKING

import pytest

from harness.credentials import HCL, IMPORT, VERSION, Credentials
from harness.terraform import TerraformError
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def test_where_the_version_that_terraform_knew_is_purged_the_current_password_is_written(
    credentials: Credentials,
) -> None:
    known = credentials.terraform.output()["version_id"]
    credentials.rotate()
    credentials.remove_stage("value-version-1", known)
    password = credentials.rotate(times=120)
    assert known not in credentials.version_ids()

    plan = credentials.plan()
    assert plan.creates == ["aws_secretsmanager_secret_version"]
    credentials.apply()

    assert credentials.value["password"] == password


@pytest.mark.exhaustive
def test_a_version_lost_from_state_is_written_again_with_the_current_password(
    credentials: Credentials,
) -> None:
    password = credentials.rotate()
    credentials.terraform.run("state rm", VERSION)

    credentials.apply()

    assert credentials.value["password"] == password


@pytest.mark.exhaustive
def test_a_forced_replacement_writes_the_current_password(credentials: Credentials) -> None:
    password = credentials.rotate(times=2)

    credentials.terraform.apply(f"-replace={VERSION}", **credentials.variables)

    assert credentials.value["password"] == password


@pytest.mark.exhaustive
def test_after_a_lost_state_the_imported_secret_keeps_its_password(
    credentials: Credentials, workspace: Workspace, secretsmanager: "SecretsManagerClient"
) -> None:
    password = credentials.rotate()
    arn = secretsmanager.describe_secret(SecretId=credentials.name)["ARN"]
    (credentials.terraform.folder / "terraform.tfstate").unlink()

    credentials.terraform = workspace(IMPORT % arn)
    credentials.apply()

    assert credentials.value["password"] == password


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("theirs", "engine"),
    [
        ({"comment": "kept"}, "mysql"),
        ({"engine": "postgres", "port": 6543}, "postgres"),
        ({"engine": "mongo", "port": 27018, "ssl": False}, "docdb"),
    ],
)
def test_a_secret_that_others_made_is_adopted_with_all_that_is_not_named(
    workspace: Workspace,
    secretsmanager: "SecretsManagerClient",
    secret_name: str,
    theirs: dict[str, object],
    engine: str,
) -> None:
    theirs = {"username": "dbadmin", "password": "chosen-by-hand", **theirs}
    arn = secretsmanager.create_secret(Name=secret_name, SecretString=json.dumps(theirs))["ARN"]
    adopted = Credentials(workspace(IMPORT % arn), secretsmanager, secret_name)
    adopted.change(engine=engine)

    adopted.apply()

    stored = {"docdb": "mongo"}.get(engine, engine)
    assert adopted.value == {**theirs, "engine": stored, "host": "localhost"}
    plan = adopted.plan()
    assert plan.is_empty, plan


def test_another_engine_does_not_inherit_a_port_that_is_not_its_own(
    credentials: Credentials,
) -> None:
    old = credentials.value

    credentials.change(engine="postgres")
    assert "is for another database engine" in credentials.refusal()

    credentials.change(port=5432)
    credentials.apply()
    assert credentials.value == {**old, "engine": "postgres", "port": 5432}


def test_a_raised_version_of_an_adopted_value_waits_until_its_version_is_said(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    theirs = {"username": "dbadmin", "password": "perhaps leaked"}
    made = secretsmanager.create_secret(Name=secret_name, SecretString=json.dumps(theirs))
    adopted = Credentials(workspace(IMPORT % made["ARN"]), secretsmanager, secret_name)
    adopted.change(value_version=5)

    words = adopted.refusal()
    assert "no label of" in words
    assert "N = 5 keeps the current value, and N = 4 stores a new one" in words
    assert adopted.value == theirs

    assert made["VersionId"] in words
    secretsmanager.update_secret_version_stage(
        SecretId=secret_name, VersionStage="value-version-4", MoveToVersionId=made["VersionId"]
    )
    adopted.apply()
    assert adopted.value["password"] != theirs["password"]


@pytest.mark.exhaustive
def test_a_secret_whose_first_value_was_never_stored_gets_one(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    arn = secretsmanager.create_secret(Name=secret_name)["ARN"]
    adopted = Credentials(workspace(IMPORT % arn), secretsmanager, secret_name)

    adopted.apply()

    assert len(str(adopted.value["password"])) == 32


def test_a_secret_that_exists_but_is_not_in_state_is_not_made_twice(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    secretsmanager.create_secret(
        Name=secret_name, SecretString='{"username": "dbadmin", "password": "chosen-by-hand"}'
    )
    second = Credentials(workspace(HCL), secretsmanager, secret_name)

    with pytest.raises(TerraformError, match="already exists"):
        second.terraform.apply(**second.variables)

    assert second.value["password"] == "chosen-by-hand"


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "text",
    [
        "not JSON",
        '"a string"',
        '["dbadmin"]',
        '{"username": "dbadmin"}',
        '{"username": "dbadmin", "password": ["nested"]}',
    ],
)
def test_a_current_value_without_a_password_is_left_alone_until_a_new_one_is_asked_for(
    credentials: Credentials, text: str
) -> None:
    credentials.put(text)

    credentials.change(host="db.example.com")
    assert "not a JSON object with a password" in credentials.refusal()

    credentials.change(value_version=2)
    credentials.apply()
    assert len(str(credentials.value["password"])) == 32
    assert "0" not in credentials.value  # a list's index is not a key


@pytest.mark.exhaustive
def test_a_user_name_that_is_no_text_belongs_to_another_user(credentials: Credentials) -> None:
    credentials.put('{"username": ["dbadmin"], "password": "kept"}')
    credentials.change(host="db.example.com")

    assert "belongs to another user" in credentials.refusal()


@pytest.mark.exhaustive
def test_a_binary_current_value_is_left_alone_until_a_new_one_is_asked_for(
    credentials: Credentials, secretsmanager: "SecretsManagerClient"
) -> None:
    secretsmanager.put_secret_value(SecretId=credentials.name, SecretBinary=b"\xff\x00")

    assert "binary data, which this module cannot keep" in credentials.refusal()

    credentials.change(value_version=2)
    credentials.apply()
    assert len(str(credentials.value["password"])) == 32
