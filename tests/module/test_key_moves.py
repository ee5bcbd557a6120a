"""A rotated secret with a replica moves from key to key and can be read after every call."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise, permutations
from typing import TYPE_CHECKING

import boto3
import pytest

from harness.forwarder import Forwarder
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

variable "replicas" {
  type    = any
  default = {}
}

module "credentials" {
  source = "./module"

  name                    = var.name
  database                = { engine = "postgres", username = "app" }
  value_version           = 2
  key                     = var.key
  replicas                = var.replicas
  recovery_window_in_days = 0
}

output "key_arn" {
  value = module.credentials.key_arn
}
"""
MADE = "made"
ARN = "existing by ARN"
ALIAS = "existing by alias"
AWS_MANAGED = "AWS managed"
EACH_KIND = [MADE, ALIAS, AWS_MANAGED, MADE]
EACH_MOVE = [
    *(MADE, ARN, MADE, ALIAS, MADE, AWS_MANAGED),
    *(ARN, ALIAS, AWS_MANAGED, ALIAS, ARN, AWS_MANAGED, MADE),
]
COPY = "eu-west-1"


class Secret:
    """A secret whose value only Secrets Manager knows, and two keys for it."""

    def __init__(self, terraform: Terraform, forwarder: Forwarder, name: str) -> None:
        self.terraform = terraform
        self.name = name
        self._forwarder = forwarder
        self._client: SecretsManagerClient = boto3.client("secretsmanager")
        self._copies: SecretsManagerClient = boto3.client("secretsmanager", region_name=COPY)
        self.kms: KMSClient = boto3.client("kms")
        self._keys = [self._made_key(), self._made_key()]
        copy_key = boto3.client("kms", region_name=COPY).create_key()["KeyMetadata"]["Arn"]
        self.replicas = {COPY: {"kms_key_arn": copy_key}}
        self.kinds: dict[str, dict[str, object]] = {
            MADE: {},
            ARN: {"existing": {"arn": self._keys[0]}},
            ALIAS: {"existing": {"alias": f"alias/{self._keys[1].rpartition('/')[2]}"}},
            AWS_MANAGED: {"aws_managed": True},
        }

    def _made_key(self) -> str:
        key = self.kms.create_key()["KeyMetadata"]
        self.kms.create_alias(AliasName=f"alias/{key['KeyId']}", TargetKeyId=key["KeyId"])
        return key["Arn"]

    def settings(self, kind: str) -> dict[str, object]:
        """Return the variables for a key of this kind."""
        return {"name": self.name, "key": self.kinds[kind], "replicas": self.replicas}

    def rotate(self) -> None:
        """Store two values and a pending one, so that Terraform's version is not current."""
        value = json.loads(self._client.get_secret_value(SecretId=self.name)["SecretString"])
        for stages in (["AWSCURRENT"], ["AWSCURRENT"], ["AWSPENDING"]):
            self._client.put_secret_value(
                SecretId=self.name,
                SecretString=json.dumps({**value, "password": uuid.uuid4().hex}),
                VersionStages=stages,
            )

    def read(self) -> tuple[str, str, str]:
        """Return the current password, here and in the replica, and the previous password."""
        values = [
            self._client.get_secret_value(SecretId=self.name),
            self._copies.get_secret_value(SecretId=self.name),
            self._client.get_secret_value(SecretId=self.name, VersionStage="AWSPREVIOUS"),
        ]
        here, copy, previous = [json.loads(value["SecretString"])["password"] for value in values]
        return here, copy, previous

    def versions_without(self, key: str) -> list[str]:
        """Return the labels of the versions that this key does not decrypt."""
        versions = self._client.list_secret_version_ids(SecretId=self.name)["Versions"]
        return [
            ",".join(each["VersionStages"]) for each in versions if key not in each["KmsKeyIds"]
        ]

    @contextmanager
    def read_after_each_call(self, password: str) -> Iterator[None]:
        """Read the current value, here and in the replica, after each change that AWS makes."""
        faults = []

        def look(call: str) -> None:
            try:
                if set(self.read()[:2]) != {password}:
                    faults.append(f"after {call} another password is current")
            except self._client.exceptions.ClientError as error:
                faults.append(f"after {call}: {error}")

        self.terraform.environment = {"AWS_ENDPOINT_URL": self._forwarder.endpoint_url}
        with self._forwarder.watching(look):
            yield
        self.terraform.environment = {}
        assert faults == []

    def move_by_hand(self) -> None:
        """Change the key as the refusal says."""
        self._client.update_secret(SecretId=self.name, KmsKeyId="alias/aws/secretsmanager")


@pytest.fixture
def secret(workspace: Workspace, forwarder: Forwarder, secret_name: str) -> Secret:
    """Apply a secret with a key that the module creates."""
    made = Secret(workspace(HCL), forwarder, secret_name)
    made.terraform.apply(**made.settings(MADE))
    return made


def test_the_longer_walk_has_each_ordered_pair_of_kinds() -> None:
    kinds = (MADE, ARN, ALIAS, AWS_MANAGED)

    assert set(pairwise(EACH_MOVE)) == set(permutations(kinds, 2))


@pytest.mark.parametrize(
    "walk",
    [EACH_KIND, pytest.param(EACH_MOVE, marks=pytest.mark.exhaustive)],
    ids=["each kind", "each move"],
)
def test_each_move_of_key_keeps_the_value_readable_after_every_call(
    secret: Secret, walk: list[str]
) -> None:
    for old, new in pairwise(walk):
        secret.rotate()
        password, *_ = secret.read()
        old_key = str(secret.terraform.output().get("key_arn"))

        if new == AWS_MANAGED:
            with pytest.raises(TerraformError) as refused:
                secret.terraform.plan(**secret.settings(new))
            assert "--kms-key-id alias/aws/secretsmanager" in refused.value.on_one_line
            secret.move_by_hand()
        with secret.read_after_each_call(password):
            secret.terraform.apply(**secret.settings(new))

        move = f"from {old} to {new}"
        assert secret.read() == (password, password, password), move
        # No version that a label or the state keeps needs the old key.
        new_key = secret.terraform.output().get("key_arn") or "DefaultEncryptionKey"
        assert secret.versions_without(new_key) == [], move
        if old == MADE:
            state = secret.kms.describe_key(KeyId=old_key)["KeyMetadata"]["KeyState"]
            assert state == "PendingDeletion", move
        plan = secret.terraform.plan(**secret.settings(new))
        assert plan.is_empty, f"{move}: {plan}"


@pytest.mark.exhaustive
def test_an_alias_that_comes_to_name_another_key_moves_the_secret(secret: Secret) -> None:
    secret.terraform.apply(**secret.settings(ALIAS))
    secret.rotate()
    password, *_ = secret.read()
    other = secret.kms.create_key()["KeyMetadata"]
    alias = str(secret.kinds[ALIAS]["existing"]["alias"])  # type: ignore[index]
    secret.kms.update_alias(AliasName=alias, TargetKeyId=other["KeyId"])

    with secret.read_after_each_call(password):
        secret.terraform.apply(**secret.settings(ALIAS))

    assert secret.versions_without(other["Arn"]) == []
    plan = secret.terraform.plan(**secret.settings(ALIAS))
    assert plan.is_empty, plan


@pytest.mark.exhaustive
def test_another_deletion_window_changes_nothing_at_the_value(secret: Secret) -> None:
    secret.rotate()
    before = secret.read()
    secret.kinds[MADE] = {"deletion_window_in_days": 7}

    with secret.read_after_each_call(before[0]):
        secret.terraform.apply(**secret.settings(MADE))

    assert secret.read() == before
    plan = secret.terraform.plan(**secret.settings(MADE))
    assert plan.is_empty, plan


@pytest.mark.exhaustive
def test_a_copy_moves_to_another_region_and_the_primary_is_read_all_the_way(
    secret: Secret,
) -> None:
    secret.rotate()
    before, *_ = secret.read()
    key = boto3.client("kms", region_name="us-west-2").create_key()["KeyMetadata"]["Arn"]
    secret.replicas = {"us-west-2": {"kms_key_arn": key}}

    secret.terraform.apply(**secret.settings(MADE))

    client = boto3.client("secretsmanager", region_name="us-west-2")
    text = client.get_secret_value(SecretId=secret.name)["SecretString"]
    assert json.loads(text)["password"] == before
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        boto3.client("secretsmanager", region_name=COPY).get_secret_value(SecretId=secret.name)
