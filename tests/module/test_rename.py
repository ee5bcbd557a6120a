"""The module refuses a changed name or region, since another secret has another value."""

from typing import TYPE_CHECKING

import pytest

from harness.credentials import HCL, IMPORT, Credentials
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def test_a_changed_name_is_refused_while_planning(credentials: Credentials) -> None:
    old = credentials.name
    credentials.variables["name"] = f"{old}-renamed"

    words = credentials.refusal()

    assert f'name changes from "{old}" to "{old}-renamed"' in words
    assert "carry the value over to a second secret (docs/recipes.md#rename)" in words


def test_a_changed_region_is_refused_while_planning(credentials: Credentials) -> None:
    file = credentials.terraform.folder / "main.tf"
    file.write_text(file.read_text().replace("us-east-1", "eu-west-1"))

    words = credentials.refusal()

    assert "region changes from us-east-1 to eu-west-1" in words


@pytest.mark.exhaustive
def test_an_imported_secret_of_another_name_is_refused_while_planning(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    arn = secretsmanager.create_secret(Name=f"{secret_name}-other", SecretString="{}")["ARN"]
    adopted = Credentials(workspace(IMPORT % arn), secretsmanager, secret_name)

    words = adopted.refusal()

    assert f'name is "{secret_name}"' in words
    assert f'the secret in the state is "{secret_name}-other"' in words


@pytest.mark.exhaustive
@pytest.mark.parametrize("ending", ["/xyz-secret", "/payments-stripe"])
def test_an_everyday_name_is_taken_though_it_ends_like_an_arn(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str, ending: str
) -> None:
    # A name can start with a slash, as in /prod/app/db.
    created = Credentials(workspace(HCL), secretsmanager, f"/{secret_name}{ending}")
    created.apply()
    password = created.value["password"]

    created.change(host="db.example.com")
    created.apply()

    assert created.value["password"] == password


@pytest.mark.exhaustive
def test_a_lower_level_with_the_same_start_is_another_secret(
    credentials: Credentials, workspace: Workspace, secretsmanager: "SecretsManagerClient"
) -> None:
    below = Credentials(workspace(HCL), secretsmanager, f"{credentials.name}/more")

    below.apply()

    assert below.value["password"] != credentials.value["password"]
