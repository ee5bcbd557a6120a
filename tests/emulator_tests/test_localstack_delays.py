"""LocalStack shows changes with the delays that AWS documents."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest

from emulator.localstack import LocalStack
from harness.refusals import refused
from harness.waits import wait_until

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import FilterTypeDef

LAG_SECONDS = 4
REPLICATION_SECONDS = 2
DAY_SECONDS = 0.4  # 7 days are the shortest waiting period


@pytest.fixture(scope="module")
def localstack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A LocalStack whose delays take only seconds."""
    settings = {
        "LIST_SECRETS_LAG_SECONDS": str(LAG_SECONDS),
        "REPLICATION_SECONDS": str(REPLICATION_SECONDS),
        "DAY_SECONDS": str(DAY_SECONDS),
    }
    folder = tmp_path_factory.mktemp("delays") / "localstack"
    with LocalStack(folder, **settings) as started:
        yield started


@pytest.fixture(scope="module")
def client(localstack: LocalStack) -> "SecretsManagerClient":
    return boto3.client("secretsmanager", endpoint_url=localstack.endpoint_url)


def by_name(name: str) -> list["FilterTypeDef"]:
    return [{"Key": "name", "Values": [name]}]


def test_by_default_list_secrets_shows_nothing_that_has_just_been_made(
    secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    arn = secretsmanager.create_secret(Name=secret_name, SecretString="value")["ARN"]

    assert secretsmanager.list_secrets(Filters=by_name(secret_name))["SecretList"] == []
    batch = secretsmanager.batch_get_secret_value(Filters=by_name(secret_name))
    assert (batch["SecretValues"], batch["Errors"]) == ([], [])
    named = secretsmanager.batch_get_secret_value(SecretIdList=[secret_name])
    assert [value["SecretString"] for value in named["SecretValues"]] == ["value"]
    assert secretsmanager.describe_secret(SecretId=secret_name)["ARN"] == arn


def test_list_secrets_shows_a_secret_as_it_was_before_the_lag(
    client: "SecretsManagerClient", secret_name: str
) -> None:
    def listed(*, also_deleted: bool = False) -> list[tuple[str | None, int]]:
        secrets = client.list_secrets(
            Filters=by_name(secret_name), IncludePlannedDeletion=also_deleted
        )["SecretList"]
        return [(secret.get("Description"), len(secret.get("Tags", []))) for secret in secrets]

    def values() -> list[str]:
        batch = client.batch_get_secret_value(Filters=by_name(secret_name))
        return [value["SecretString"] for value in batch["SecretValues"]]

    begin = time.monotonic()
    client.create_secret(Name=secret_name, SecretString="value", Description="first")
    assert listed() == []
    wait_until(lambda: listed() == [("first", 0)])
    assert time.monotonic() - begin >= LAG_SECONDS
    assert values() == ["value"]

    client.update_secret(SecretId=secret_name, Description="second")
    client.tag_resource(SecretId=secret_name, Tags=[{"Key": "Team", "Value": "tests"}])
    assert listed() == [("first", 0)]
    wait_until(lambda: listed() == [("second", 1)])

    client.delete_secret(SecretId=secret_name, RecoveryWindowInDays=30)
    assert listed() == [("second", 1)]
    batch = client.batch_get_secret_value(Filters=by_name(secret_name))
    assert [error["ErrorCode"] for error in batch["Errors"]] == ["InvalidRequestException"]
    wait_until(lambda: listed() == [])
    assert listed(also_deleted=True) == [("second", 1)]

    client.delete_secret(SecretId=secret_name, ForceDeleteWithoutRecovery=True)
    assert listed(also_deleted=True) == [("second", 1)]
    wait_until(lambda: listed(also_deleted=True) == [])


def test_a_replica_is_in_progress_before_it_is_there(
    client: "SecretsManagerClient", localstack: LocalStack, secret_name: str
) -> None:
    there = boto3.client(
        "secretsmanager", region_name="eu-west-1", endpoint_url=localstack.endpoint_url
    )

    def status() -> str:
        (replica,) = client.describe_secret(SecretId=secret_name)["ReplicationStatus"]
        return replica["Status"]

    created = client.create_secret(
        Name=secret_name, SecretString="value", AddReplicaRegions=[{"Region": "eu-west-1"}]
    )
    assert [replica["Status"] for replica in created["ReplicationStatus"]] == ["InProgress"]
    with pytest.raises(there.exceptions.ResourceNotFoundException):
        there.describe_secret(SecretId=secret_name)
    wait_until(lambda: status() == "InSync")
    assert there.get_secret_value(SecretId=secret_name)["SecretString"] == "value"

    client.put_secret_value(SecretId=secret_name, SecretString="another")
    assert status() == "InProgress"
    assert there.get_secret_value(SecretId=secret_name)["SecretString"] == "value"
    wait_until(lambda: status() == "InSync")
    assert there.get_secret_value(SecretId=secret_name)["SecretString"] == "another"


def test_a_key_and_its_aliases_are_gone_when_the_waiting_period_ends(
    client: "SecretsManagerClient", localstack: LocalStack, secret_name: str
) -> None:
    kms = boto3.client("kms", endpoint_url=localstack.endpoint_url)
    alias = f"alias/{secret_name}"
    gone, kept = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.create_alias(AliasName=alias, TargetKeyId=gone)
    client.create_secret(Name=secret_name, SecretString="value", KmsKeyId=gone)
    for key in (gone, kept):
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    kms.cancel_key_deletion(KeyId=kept)

    def exists(key: str) -> bool:
        try:
            kms.describe_key(KeyId=key)
        except kms.exceptions.NotFoundException:
            return False
        return True

    assert exists(alias)
    wait_until(lambda: not exists(gone))
    assert [exists(each) for each in (alias, kept)] == [False, True]
    with refused("DecryptionFailure"):
        client.get_secret_value(SecretId=secret_name)
    with refused("EncryptionFailure"):
        client.put_secret_value(SecretId=secret_name, SecretString="value")


def test_a_secret_is_gone_when_its_recovery_window_ends(
    client: "SecretsManagerClient", secret_name: str
) -> None:
    gone, kept = f"{secret_name}/gone", f"{secret_name}/kept"
    for name in (gone, kept):
        client.create_secret(Name=name)
        client.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    client.restore_secret(SecretId=kept)

    def exists(name: str) -> bool:
        try:
            client.describe_secret(SecretId=name)
        except client.exceptions.ResourceNotFoundException:
            return False
        return True

    assert exists(gone)
    wait_until(lambda: not exists(gone))
    assert exists(kept)
    assert client.create_secret(Name=gone)["Name"] == gone
