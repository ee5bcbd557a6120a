"""The key: created for this secret only, or an existing key that is fit for use."""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from harness.forwarder import Call, Forwarder
from harness.terraform import Terraform, TerraformError
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

HCL = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

variable "key" {
  type    = any
  default = {}
}

module "secret" {
  source = "./module"

  name                    = var.name
  create_value            = false
  key                     = var.key
  recovery_window_in_days = 0
  tags                    = { Project = "tests" }
}

output "key_arn" {
  value = module.secret.key_arn
}
"""
GENERATED = """value_version           = 2
  database                = { engine = "postgres", username = "app" }"""
ADMINISTRATOR = "arn:aws:iam::000000000000:role/key-administrator"


def alias_of(key_arn: str) -> str:
    """Return the alias that the tests give a key: its id."""
    return f"alias/{key_arn.split('/')[1]}"


@pytest.fixture(scope="module")
def made(shared_workspace: Workspace) -> Terraform:
    """Apply a secret with a key that the module creates."""
    terraform = shared_workspace(HCL)
    terraform.apply(
        name="test/key/made+here",
        key={"administrators": [ADMINISTRATOR], "rotation_period_in_days": 180},
    )
    return terraform


@pytest.fixture
def existing_key(kms: "KMSClient") -> Iterator[str]:
    """ARN of a key that the module did not create, with an alias."""
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName=alias_of(key["Arn"]), TargetKeyId=key["KeyId"])
    yield key["Arn"]
    kms.delete_alias(AliasName=alias_of(key["Arn"]))
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)


@pytest.fixture
def statements(made: Terraform, kms: "KMSClient") -> dict[str, Any]:
    """Statements of the key policy by Sid, as KMS stores them."""
    text = kms.get_key_policy(KeyId=made.output()["key_arn"], PolicyName="default")["Policy"]
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


def test_it_encrypts_the_secret(made: Terraform, secretsmanager: "SecretsManagerClient") -> None:
    secret = secretsmanager.describe_secret(SecretId="test/key/made+here")

    assert secret["KmsKeyId"] == made.output()["key_arn"]


def test_its_alias_is_the_secrets_name_in_the_characters_of_an_alias(
    made: Terraform, kms: "KMSClient"
) -> None:
    (found,) = kms.list_aliases(KeyId=made.output()["key_arn"])["Aliases"]
    alias = found["AliasName"]

    digest = hashlib.sha256(b"test/key/made+here").hexdigest()
    assert alias == f"alias/test/key/made-here-{digest[:8]}"
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"] == made.output()["key_arn"]


def test_it_rotates_and_is_managed_by_the_customer(made: Terraform, kms: "KMSClient") -> None:
    arn = made.output()["key_arn"]

    rotation = kms.get_key_rotation_status(KeyId=arn)
    assert rotation["KeyRotationEnabled"]
    assert rotation["RotationPeriodInDays"] == 180
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"] == "CUSTOMER"
    assert kms.list_resource_tags(KeyId=arn)["Tags"] == [{"TagKey": "Project", "TagValue": "tests"}]


def test_nobody_but_the_accounts_root_is_allowed_everything(statements: dict[str, Any]) -> None:
    everything = [sid for sid, it in statements.items() if it["Action"] == "kms:*"]

    assert everything == ["AccountManagesKeyThroughIAM"]
    root = statements["AccountManagesKeyThroughIAM"]["Principal"]
    assert root == {"AWS": ["arn:aws:iam::000000000000:root"]}


def test_administrators_manage_the_key_and_cannot_use_it(statements: dict[str, Any]) -> None:
    statement = statements["AdministratorsManageKeyWithoutUsingIt"]

    assert statement["Principal"] == {"AWS": [ADMINISTRATOR]}
    uses = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncrypt", "kms:CreateGrant")
    assert not [action for action in statement["Action"] if action.startswith(uses)]


def test_it_is_used_through_secrets_manager_and_for_this_secret_alone(
    statements: dict[str, Any],
) -> None:
    outside = statements["DenyUseOutsideSecretsManager"]
    other = statements["DenyUseForOtherSecrets"]

    assert outside["Condition"] == {
        "StringNotEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}
    }
    assert set(other["Condition"]["StringNotLike"]["kms:EncryptionContext:SecretARN"]) == {
        "arn:aws:secretsmanager:us-east-1:000000000000:secret:test/key/made+here-??????",
        # Secrets Manager tests a given key with this encryption context.
        "RequestToValidateKeyAccess",
    }
    for statement in (outside, other):
        assert statement["Effect"] == "Deny"
        assert statement["Principal"] == "*"
        assert "kms:Decrypt" in statement["Action"]


@pytest.mark.exhaustive
def test_a_secret_made_anew_after_deletion_gets_a_new_key_under_the_same_alias(
    workspace: Workspace, secret_name: str, kms: "KMSClient"
) -> None:
    terraform = workspace(HCL)
    terraform.apply(name=secret_name)
    first = terraform.output()["key_arn"]
    terraform.destroy()
    assert kms.describe_key(KeyId=first)["KeyMetadata"]["KeyState"] == "PendingDeletion"

    terraform.apply(name=secret_name)

    assert terraform.output()["key_arn"] != first


@pytest.mark.exhaustive
def test_an_existing_key_is_named_by_arn_or_alias(
    workspace: Workspace,
    secretsmanager: "SecretsManagerClient",
    secret_name: str,
    existing_key: str,
) -> None:
    terraform = workspace(HCL)
    terraform.apply(name=secret_name, key={"existing": {"arn": existing_key}})
    assert secretsmanager.describe_secret(SecretId=secret_name)["KmsKeyId"] == existing_key

    plan = terraform.plan(name=secret_name, key={"existing": {"alias": alias_of(existing_key)}})

    assert plan.creates == plan.updates == plan.deletes == []


@pytest.mark.exhaustive
def test_the_aws_managed_key_is_used_when_asked_for(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform = workspace(HCL)
    terraform.apply(name=secret_name, key={"aws_managed": True})

    assert "KmsKeyId" not in secretsmanager.describe_secret(SecretId=secret_name)
    assert terraform.output().get("key_arn") is None


def refusal(workspace: Workspace, alias: str) -> str:
    """Return, on one line, how Terraform refuses to plan a secret with this key."""
    with pytest.raises(TerraformError) as refused:
        workspace(HCL).plan(name="test/key/refused", key={"existing": {"alias": alias}})
    return refused.value.on_one_line


@pytest.mark.exhaustive
def test_an_alias_that_does_not_exist_is_refused(workspace: Workspace) -> None:
    words = refusal(workspace, "alias/nowhere")

    assert "alias/nowhere" in words
    assert "No key has this alias in this account and region: check key.existing" in words


def test_a_disabled_key_is_refused(
    workspace: Workspace, kms: "KMSClient", existing_key: str
) -> None:
    kms.disable_key(KeyId=existing_key)

    words = refusal(workspace, alias_of(existing_key))

    assert "is Disabled, so it cannot encrypt or decrypt a value" in words


def test_a_key_that_is_not_for_symmetric_encryption_is_refused(
    workspace: Workspace, kms: "KMSClient"
) -> None:
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    kms.create_alias(AliasName=alias_of(key["Arn"]), TargetKeyId=key["KeyId"])

    words = refusal(workspace, alias_of(key["Arn"]))

    assert "is a RSA_2048 key for SIGN_VERIFY. Secrets Manager needs a symmetric" in words


def disabled(kms: "KMSClient") -> str:
    """Create a key, disable it and return its ARN."""
    key = kms.create_key()["KeyMetadata"]
    kms.disable_key(KeyId=key["KeyId"])
    return key["Arn"]


def for_signing(kms: "KMSClient") -> str:
    """Create a key for signing, which never encrypts, and return its ARN."""
    return kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]


@pytest.mark.exhaustive
@pytest.mark.parametrize("unfit", [disabled, for_signing])
def test_an_unfit_key_by_its_arn_is_refused_by_aws_before_anything_is_made(
    unfit: Callable[["KMSClient"], str],
    workspace: Workspace,
    kms: "KMSClient",
    secretsmanager: "SecretsManagerClient",
    secret_name: str,
    forwarder: Forwarder,
) -> None:
    """No plan looks the key up in KMS, so the call that creates the secret fails first."""
    terraform = workspace(HCL)
    terraform.environment = {"AWS_ENDPOINT_URL": forwarder.endpoint_url}

    with (
        forwarder.recording() as calls,
        pytest.raises(TerraformError, match="creating Secrets Manager Secret"),
    ):
        terraform.apply(name=secret_name, key={"existing": {"arn": unfit(kms)}})

    assert {name for name in calls if Call(name, 1).changes} == {"secretsmanager.CreateSecret"}
    with pytest.raises(secretsmanager.exceptions.ResourceNotFoundException):
        secretsmanager.describe_secret(SecretId=secret_name)


@pytest.mark.exhaustive
@pytest.mark.parametrize("unfit", [disabled, for_signing])
def test_a_secret_that_is_moved_to_an_unfit_key_keeps_its_value_and_its_own_key(
    unfit: Callable[["KMSClient"], str],
    workspace: Workspace,
    kms: "KMSClient",
    secretsmanager: "SecretsManagerClient",
    secret_name: str,
    forwarder: Forwarder,
) -> None:
    terraform = workspace(HCL.replace("create_value            = false", GENERATED))
    terraform.apply(name=secret_name)
    key_arn = terraform.output()["key_arn"]
    value = secretsmanager.get_secret_value(SecretId=secret_name)["SecretString"]
    terraform.environment = {"AWS_ENDPOINT_URL": forwarder.endpoint_url}

    with (
        forwarder.recording() as calls,
        pytest.raises(TerraformError, match="updating Secrets Manager Secret"),
    ):
        terraform.apply(name=secret_name, key={"existing": {"arn": unfit(kms)}})

    # The next apply restores the alias and the labels that Terraform removes here.
    assert {name for name in calls if Call(name, 1).changes} == {
        "secretsmanager.UpdateSecret",
        "secretsmanager.UpdateSecretVersionStage",
        "kms.DeleteAlias",
    }
    assert secretsmanager.get_secret_value(SecretId=secret_name)["SecretString"] == value
    assert secretsmanager.describe_secret(SecretId=secret_name)["KmsKeyId"] == key_arn
    assert kms.describe_key(KeyId=key_arn)["KeyMetadata"]["KeyState"] == "Enabled"

    terraform.apply(name=secret_name)

    assert secretsmanager.get_secret_value(SecretId=secret_name)["SecretString"] == value
    assert terraform.output()["key_arn"] == key_arn
    plan = terraform.plan(name=secret_name)
    assert plan.is_empty, plan
