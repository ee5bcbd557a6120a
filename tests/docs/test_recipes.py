"""The recipes of docs/recipes.md work as shown: the tests read their blocks from the page."""

import json
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from harness import aws_commands, leaks
from harness.functions import Function, function
from harness.markdown import code
from harness.pages import PROVIDER, from_workspace
from harness.rotation_events import Rotations
from harness.session import own_emulator
from harness.terraform import Plan, Terraform, TerraformError
from harness.workspace import Workspace
from tools.environments import ROOT

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

pytestmark = pytest.mark.exhaustive

TUTORIAL = "vpc-tutorial/database/credentials"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:rotate"
SECTIONS = dict(
    re.findall(
        r'^<a id="([\w-]+)"></a>\n(.*?)(?=^<a id=|\Z)',
        (ROOT / "docs" / "recipes.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )
)

# Rotates a password that no database has.
ROTATE = """
import json, uuid
import boto3

def handler(event, context):
    client = boto3.client("secretsmanager")
    secret, version = event["SecretId"], event["ClientRequestToken"]
    current = client.get_secret_value(SecretId=secret)
    if event["Step"] == "createSecret":
        value = json.loads(current["SecretString"]) | {"password": uuid.uuid4().hex}
        client.put_secret_value(
            SecretId=secret,
            ClientRequestToken=version,
            SecretString=json.dumps(value),
            VersionStages=["AWSPENDING"],
        )
    if event["Step"] == "finishSecret":
        client.update_secret_version_stage(
            SecretId=secret,
            VersionStage="AWSCURRENT",
            MoveToVersionId=version,
            RemoveFromVersionId=current["VersionId"],
        )
"""


def shown(section: str, language: str, words: dict[str, str]) -> list[str]:
    """Blocks of a recipe, with some words of the page replaced."""
    found = [from_workspace(text) for text in code(SECTIONS[section], language)]
    for old, new in words.items():
        assert any(old in block for block in found), f"{section} does not have {old}"
        found = [block.replace(old, new) for block in found]
    return found


def importing(hcl: str, arn: str) -> str:
    """The same HCL with the ARN of the secret to import."""
    return re.sub(r'"arn:aws:secretsmanager:[^"]*"', f'"{arn}"', hcl)


def value_of(client: "SecretsManagerClient", name: str, stage: str = "AWSCURRENT") -> str:
    """Value of the version with this staging label; by default what an application reads."""
    return client.get_secret_value(SecretId=name, VersionStage=stage)["SecretString"]


def made_by_peer(workspace: Workspace, peer: str, **variables: object) -> Terraform:
    """State that tests/fixtures/peers/PEER has created, as `module.secrets_manager`."""
    terraform = workspace(PROVIDER)
    shutil.copytree(ROOT / "tests" / "fixtures" / "peers" / peer, terraform.folder / "theirs")
    arguments = "".join(f"  {name} = {json.dumps(value)}\n" for name, value in variables.items())
    call = f'module "secrets_manager" {{\n  source = "./theirs"\n{arguments}}}\n'
    (terraform.folder / "main.tf").write_text(PROVIDER + call)
    terraform.init()
    terraform.apply()
    return terraform


def attributes(terraform: Terraform, resource_type: str) -> dict[str, str]:
    """Attributes of the only resource of a type in the state."""
    state = json.loads((terraform.folder / "terraform.tfstate").read_text())
    (found,) = [
        instance["attributes"]
        for resource in state["resources"]
        for instance in resource["instances"]
        if (resource["mode"], resource["type"]) == ("managed", resource_type)
    ]
    return dict(found)


def move(terraform: Terraform, hcl: str) -> Plan:
    """Replace the peer's module with this HCL, and apply it; return the plan."""
    (terraform.folder / "main.tf").write_text(PROVIDER + hcl)
    terraform.init()
    plan = terraform.plan()
    terraform.apply_plan(plan)
    assert plan.deletes == plan.replaces == []
    assert "aws_secretsmanager_secret" not in plan.creates
    return plan


def assert_gone_from_state(value: str, terraform: Terraform, plan: Plan) -> None:
    """Assert that the state no longer has the value; its backup and the move's plan still do."""
    state = terraform.folder / "terraform.tfstate"
    assert leaks.find(value, [state]) == []
    for old in (state.with_suffix(".tfstate.backup"), plan.path):
        assert leaks.find(value, [old]), f"{old} no longer has it: correct docs/recipes.md"


def test_a_password_is_carried_over_to_a_secret_of_another_name(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    new_name = f"{secret_name}-renamed"
    words = {TUTORIAL: secret_name, "shop/database/credentials": new_name}
    (both,) = shown("rename", "hcl", words)
    old, _, rest = both.partition("ephemeral ")
    terraform = workspace(PROVIDER + old)
    terraform.apply()
    rotated = '{"username": "dbadmin", "password": "rotated"}'
    secretsmanager.put_secret_value(SecretId=secret_name, SecretString=rotated)

    (terraform.folder / "main.tf").write_text(PROVIDER + both)
    terraform.run("get")
    terraform.apply()
    assert json.loads(value_of(secretsmanager, new_name))["password"] == "rotated"

    renamed = re.sub(r" *password_wo .*\n", "", rest[rest.index("module ") :])
    (terraform.folder / "main.tf").write_text(PROVIDER + renamed)
    terraform.apply()
    assert json.loads(value_of(secretsmanager, new_name))["password"] == "rotated"
    assert secretsmanager.describe_secret(SecretId=secret_name)["DeletedDate"]
    plan = terraform.plan()
    assert plan.is_empty, plan


def test_a_rollback_goes_unnoticed(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    example = shown("adopt", "hcl", {TUTORIAL: secret_name})[0]
    terraform = workspace(PROVIDER + example.split("import {")[0])
    terraform.apply()
    old = secretsmanager.get_secret_value(SecretId=secret_name)
    new = secretsmanager.put_secret_value(SecretId=secret_name, SecretString='{"password": "x"}')

    words = {TUTORIAL: secret_name, "OLD": old["VersionId"], "NEW": new["VersionId"]}
    aws_commands.run(*shown("roll-back", "sh", words))

    plan = terraform.plan()
    assert plan.is_empty, plan
    assert value_of(secretsmanager, secret_name) == old["SecretString"]
    assert value_of(secretsmanager, secret_name, "AWSPREVIOUS") == '{"password": "x"}'


def test_secrets_that_others_made_are_adopted_with_their_values(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    login = {"username": "dbadmin", "password": "chosen-by-hand", "comment": "kept"}
    texts = {"login": json.dumps(login), "key": '{"b": "issued-elsewhere",\n "a":1.0}\n'}
    arns = {
        kind: secretsmanager.create_secret(Name=f"{secret_name}/{kind}", SecretString=text)["ARN"]
        for kind, text in texts.items()
    }
    words = {TUTORIAL: f"{secret_name}/login", "payments/provider/key": f"{secret_name}/key"}
    database, other = shown("adopt", "hcl", words)
    terraform = workspace(
        PROVIDER + importing(database, arns["login"]) + importing(other, arns["key"])
    )

    assert "LastAccessedDate" not in secretsmanager.describe_secret(SecretId=arns["key"])
    terraform.apply()
    # The recipe for unused secrets warns of this.
    assert "LastAccessedDate" in secretsmanager.describe_secret(SecretId=arns["key"])

    adopted = json.loads(value_of(secretsmanager, arns["login"]))
    assert adopted == login | {"engine": "mysql"}
    assert value_of(secretsmanager, arns["key"]) == texts["key"]
    for value in ("chosen-by-hand", "issued-elsewhere"):
        assert leaks.find(value, [terraform.folder]) == []
    assert terraform.plan().is_empty


@pytest.fixture
def rotator(lambda_: "LambdaClient") -> Iterator[Function]:
    """Function that rotates the password in the secret."""
    with function(lambda_, ROTATE, Timeout=20) as created:
        created.allow()
        yield created


def test_a_secret_of_terraform_aws_modules_moves_with_its_rotation(
    workspace: Workspace,
    secretsmanager: "SecretsManagerClient",
    rotations: Rotations,
    rotator: Function,
) -> None:
    value = {"username": "orders", "password": f"first-{uuid.uuid4().hex}", "comment": "kept"}
    prefix = f"test/{uuid.uuid4().hex}/credentials-"
    terraform = made_by_peer(
        workspace,
        "terraform-aws-modules",
        name_prefix=prefix,
        value=json.dumps(value),
        function_arn=rotator.arn,
    )
    secret = attributes(terraform, "aws_secretsmanager_secret")
    assert rotations.wait_for_end(secret["arn"]).name == "RotationSucceeded"
    rotated = json.loads(value_of(secretsmanager, secret["arn"]))
    assert rotated["password"] != value["password"]
    words = {"orders/database/credentials": secret["name"], FUNCTION: rotator.arn}

    before = secretsmanager.describe_secret(SecretId=secret["arn"])
    plan = move(terraform, *shown("from-terraform-aws-modules", "hcl", words))

    # Their rotation runs at once when it changes, and this module's does not. Only the state has
    # that setting.
    assert "aws_secretsmanager_secret_rotation" not in plan.creates
    after = secretsmanager.describe_secret(SecretId=secret["arn"])
    assert after["LastRotatedDate"] == before["LastRotatedDate"]
    current = json.loads(value_of(secretsmanager, secret["arn"]))
    assert current == rotated | {"engine": "postgres"}
    assert_gone_from_state(value["password"], terraform, plan)
    plan = terraform.plan()
    assert plan.is_empty, plan


def test_the_secrets_of_lgallard_move_with_their_values(
    workspace: Workspace, secretsmanager: "SecretsManagerClient"
) -> None:
    prefix = f"test/{uuid.uuid4().hex}"
    texts = {f"{prefix}/key": f"key-{uuid.uuid4().hex}", f"{prefix}/login": '{"user":"me"}\n'}
    terraform = made_by_peer(workspace, "lgallard", secrets=texts)

    plan = move(terraform, *shown("from-lgallard", "hcl", {"shop/provider": prefix}))

    assert {name: value_of(secretsmanager, name) for name in texts} == texts
    assert_gone_from_state(texts[f"{prefix}/key"], terraform, plan)
    plan = terraform.plan()
    assert plan.is_empty, plan


def test_a_deleted_secret_is_restored_with_the_key_that_was_made_for_it(
    workspace: Workspace,
    secretsmanager: "SecretsManagerClient",
    kms: "KMSClient",
    secret_name: str,
) -> None:
    (hcl,) = shown("restore", "hcl", {TUTORIAL: secret_name})
    first = workspace(PROVIDER + hcl.split("import {")[0])
    first.apply()
    text = value_of(secretsmanager, secret_name)
    secretsmanager.delete_secret(SecretId=secret_name)
    secretsmanager.restore_secret(SecretId=secret_name)
    assert first.plan().is_empty
    secret = secretsmanager.describe_secret(SecretId=secret_name)
    key = secret["KmsKeyId"].split("/")[1]
    first.destroy()
    assert "DeletedDate" in secretsmanager.describe_secret(SecretId=secret_name)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"

    _, found, *_ = aws_commands.run(*shown("restore", "sh", {TUTORIAL: secret_name, "KEY": key}))
    assert found["KmsKeyId"] == secret["KmsKeyId"]
    assert value_of(secretsmanager, secret_name) == text
    terraform = workspace(PROVIDER + importing(hcl.replace('"KEY"', f'"{key}"'), secret["ARN"]))
    terraform.apply()

    assert value_of(secretsmanager, secret_name) == text
    restored = secretsmanager.describe_secret(SecretId=secret_name)
    assert restored["KmsKeyId"] == secret["KmsKeyId"]
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    alias = kms.describe_key(KeyId=f"alias/{secret_name}")["KeyMetadata"]
    assert alias["KeyId"] == key
    assert leaks.find(json.loads(text)["password"], [terraform.folder]) == []
    plan = terraform.plan()
    assert plan.is_empty, plan


def test_binary_data_is_read_as_it_was_and_its_file_is_needed_once(
    workspace: Workspace, secret_name: str
) -> None:
    data = bytes(range(256)) * 192  # the most that fits as base64
    words = {"shop/tls/keystore": secret_name}
    (hcl,) = shown("binary", "hcl", words)
    (reading,) = shown("binary", "python", words)
    terraform = workspace(PROVIDER + hcl)
    with pytest.raises(TerraformError) as refused:
        terraform.apply()
    assert "no value is given" in refused.value.on_one_line

    file = terraform.folder / "keystore.p12"
    file.write_bytes(data)
    terraform.apply()
    file.unlink()

    found: dict[str, bytes] = {}
    exec(reading, found)  # noqa: S102
    assert found["keystore"] == data
    assert terraform.plan().is_empty


def test_unused_secrets_are_found_by_when_they_were_read_or_made(
    tmp_path: Path, secret_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (search,) = code(SECTIONS["unused"], "python")

    def unused(days: int) -> list[str]:
        """The secrets that the block would find after this number of days."""
        found: dict[str, Any] = {}
        then = f"datetime.now(UTC) + timedelta(days={days})"
        exec(search.replace("datetime.now(UTC)", then), found)  # noqa: S102
        names: list[str] = found["unused"]
        return names

    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with own_emulator(tmp_path / "emulator", LIST_SECRETS_LAG_SECONDS="0"):
        client = boto3.client("secretsmanager")
        client.create_secret(Name=f"{secret_name}/never", SecretString="text")
        client.create_secret(Name=f"{secret_name}/read", SecretString="text")
        client.get_secret_value(SecretId=f"{secret_name}/read")

        assert unused(88) == []
        assert sorted(unused(92)) == [f"{secret_name}/never", f"{secret_name}/read"]
