"""A secret that the acceptance tests create on a judge, change from outside, and remove."""

import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import pytest

from harness.credentials import IMPORT_BLOCK, Credentials
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

# The provider takes its region from the environment.
HCL = """
provider "aws" {}

variable "name" {
  type = string
}

variable "database" {
  type    = any
  default = null
}

variable "password" {
  type    = any
  default = {}
}

variable "key_values_wo" {
  type      = map(string)
  default   = null
  ephemeral = true
}

variable "value_version" {
  type    = number
  default = null
}

variable "key" {
  type    = any
  default = { aws_managed = true }
}

variable "tags" {
  type    = map(string)
  default = {}
}

module "credentials" {
  source = "./module"

  name                    = var.name
  database                = var.database
  password                = var.password
  key_values_wo           = var.key_values_wo
  value_version           = var.value_version
  key                     = var.key
  tags                    = var.tags
  recovery_window_in_days = 0
}
"""
IMPORT = HCL + IMPORT_BLOCK
# A created key, with the shortest waiting period that KMS allows for its deletion.
MADE_KEY = {"deletion_window_in_days": 7}
GONE_SECONDS = 60
# The most secrets, and the most keys, that a run creates. Its maximum cost follows from this.
MOST_SECRETS = 12


@dataclass(frozen=True)
class Kind:
    """A kind of value, with the inputs that the tests give to a secret in turn.

    `credential` is the JSON key whose value must never change by itself. `written` holds the fields
    that `changed` writes into the value. `theirs` is a value that somebody else has stored.
    """

    name: str
    credential: str
    theirs: dict[str, object]
    first: dict[str, object]
    changed: dict[str, object]
    written: dict[str, object]
    unraised: dict[str, object]
    changed_again: dict[str, object]
    raised: dict[str, object]
    lowered: dict[str, object]

    def __str__(self) -> str:
        return self.name


def _database(host: str) -> dict[str, object]:
    """The tutorial's database credentials."""
    fields = {"engine": "mysql", "username": "dbadmin", "instance_identifier": "vpc-tutorial-db"}
    return {"database": {**fields, "host": host}}


DATABASE = Kind(
    "database",
    credential="password",
    theirs={"username": "dbadmin", "password": "by-hand", "port": 6543, "comment": "kept"},
    first=_database("localhost"),
    changed={**_database("db1.example.com"), "tags": {"Stage": "test"}},
    written={"host": "db1.example.com"},
    unraised={"password": {"length": 40}},
    changed_again=_database("db2.example.com"),
    raised={"value_version": 2},
    lowered={"value_version": 1},
)
KEY_VALUES = Kind(
    "key_values_wo",
    credential="token",
    theirs={"client": "shop", "token": "by-hand", "comment": "kept"},
    first={"key_values_wo": {"client": "shop", "token": "first"}, "value_version": 1},
    changed={"tags": {"Stage": "test"}},
    written={},
    unraised={"key_values_wo": {"client": "shop", "token": "not raised"}},
    changed_again={"tags": {"Stage": "production"}},
    raised={"key_values_wo": {"token": "second"}, "value_version": 2},
    lowered={"value_version": 1},
)
# `make test` tries one kind, `make acceptance` and `make test-all` try both.
KINDS = (DATABASE, pytest.param(KEY_VALUES, marks=pytest.mark.exhaustive))


class Life(Credentials):
    """A secret of one kind, from its creation to its deletion."""

    def __init__(
        self,
        workspace: Workspace,
        client: "SecretsManagerClient",
        name: str,
        kind: Kind,
        *,
        imported: str | None = None,
    ) -> None:
        hcl = IMPORT % imported if imported else HCL
        super().__init__(workspace(hcl), client, name)
        self.kind = kind
        self.variables = {"name": name, **kind.first}
        self._workspace = workspace

    @property
    def credential(self) -> object:
        """The password or token that an application reads."""
        return self.value[self.kind.credential]

    @property
    def tags(self) -> dict[str, str]:
        """The secret's tags."""
        tags = self._client.describe_secret(SecretId=self.name)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in tags}

    def ask(self, inputs: dict[str, object]) -> None:
        """Change inputs of the module for the next apply."""
        self.variables |= inputs

    def rotate(self, times: int = 1, **fields: object) -> str:
        """Store new credentials as the steps of a rotation do; return the last.

        https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
        """
        for _ in range(times):
            credential = f"rotated-{uuid.uuid4().hex}"
            self.finish_rotation(
                self.begin_rotation(**{self.kind.credential: credential}, **fields)
            )
        return credential

    def begin_rotation(self, **fields: object) -> str:
        """Store a value with other fields as AWSPENDING; return the id of its version."""
        value = json.dumps({**self.value, **fields})
        return self._client.put_secret_value(
            SecretId=self.name, SecretString=value, VersionStages=["AWSPENDING"]
        )["VersionId"]

    def finish_rotation(self, pending: str) -> None:
        """Make the version with AWSPENDING the current one."""
        self._client.update_secret_version_stage(
            SecretId=self.name,
            VersionStage="AWSCURRENT",
            MoveToVersionId=pending,
            RemoveFromVersionId=self._client.get_secret_value(SecretId=self.name)["VersionId"],
        )

    def lose_state(self) -> None:
        """Delete the state, and continue in a folder that imports the secret."""
        arn = self._client.describe_secret(SecretId=self.name)["ARN"]
        (self.terraform.folder / "terraform.tfstate").unlink()
        self.terraform = self._workspace(IMPORT % arn)


def random_prefix() -> str:
    """Random prefix for the names of a run, which other names do not have."""
    return f"acceptance-{uuid.uuid4().hex[:8]}"


def exists(name: str) -> bool:
    """Whether a secret of this name exists, including one that is scheduled for deletion."""
    client = boto3.client("secretsmanager")
    try:
        client.describe_secret(SecretId=name)
    except client.exceptions.ResourceNotFoundException:
        return False
    return True


def is_gone(name: str) -> bool:
    """Whether the secret of this name is deleted within a minute.

    AWS deletes a secret in the background:
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
    """
    deadline = time.monotonic() + GONE_SECONDS
    while exists(name):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def remove(name: str) -> None:
    """Delete the secret of this name without recovery, and the key that the module created."""
    if not exists(name):
        return
    client = boto3.client("secretsmanager")
    key = client.describe_secret(SecretId=name).get("KmsKeyId")
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    if key:
        _remove_key(boto3.client("kms"), key, f"Encrypts the secret {name}")


def _remove_key(kms: "KMSClient", key: str, description: str) -> None:
    """Schedule the key for deletion if its description is that of a key of the module."""
    metadata = kms.describe_key(KeyId=key)["KeyMetadata"]
    if metadata["Description"] == description and metadata["KeyState"] == "Enabled":
        kms.schedule_key_deletion(KeyId=metadata["KeyId"], PendingWindowInDays=7)
