"""Secrets as AWS documents them: versions, labels, keys, replicas, and what ListSecrets shows.

The calls in `secrets_api` use this model. LocalStack's own model has one key for all versions and
no separate secrets for replicas. It drops versions without a label.
"""

import os
import secrets
import string
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.api.secretsmanager import (
    DecryptionFailure,
    EncryptionFailure,
    InvalidParameterException,
    LimitExceededException,
    ResourceNotFoundException,
)

from emulator.keys import (
    DENY_DECRYPT,
    DENY_ENCRYPT,
    MANAGED_ALIAS,
    MANAGED_KEY,
    alias_arn,
    denies,
    find_key,
    is_usable,
)
from emulator.policies import Policy

# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
LIST_SECRETS_LAG_SECONDS = float(os.environ.get("LIST_SECRETS_LAG_SECONDS", "300"))
# How long a replica stays InProgress. With 0, the call itself returns the final status.
REPLICATION_SECONDS = float(os.environ.get("REPLICATION_SECONDS", "0"))

MAX_DEPRECATED_VERSIONS = 100
MAX_LABELS = 20
SUFFIX_LENGTH = 6
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_update-encryption-key.html
REENCRYPTED_LABELS = {"AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"}

# Each call holds this lock. Rotations and late replications hold it for their changes.
lock = threading.RLock()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Version:
    """A version of a secret; each of its keys can decrypt it."""

    version_id: str
    keys: list[str] = field(default_factory=list)
    text: str | None = None
    binary: bytes | None = None
    labels: list[str] = field(default_factory=list)
    created: datetime = field(default_factory=_now)
    accessed: datetime | None = None

    @property
    def value(self) -> tuple[str | None, bytes | None]:
        """Text and binary; one is None, or both are until a rotation puts a value there."""
        return self.text, self.binary

    @property
    def has_value(self) -> bool:
        """Whether the version has a value to encrypt."""
        return self.value != (None, None)

    def check_readable(self) -> None:
        """Raise the error of GetSecretValue if no key can decrypt the version.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
        """
        usable = [key for key in self.keys if is_usable(key)]
        if not usable:
            raise DecryptionFailure(
                "Secrets Manager can't decrypt the protected secret text using the provided KMS "
                "key."
            )
        if all(denies(key, DENY_DECRYPT) for key in usable):
            raise CommonServiceException(
                "AccessDeniedException", "Access to KMS is not allowed", sender_fault=True
            )


@dataclass
class Rotation:
    """A secret's rotation settings, and the times of its last and next rotation."""

    function_arn: str | None = None
    rules: dict[str, Any] = field(default_factory=dict)
    enabled: bool = False
    last: datetime | None = None
    next: datetime | None = None


@dataclass
class Replica:
    """A primary secret's record of a replica in another region; a failed one can have no `copy`."""

    region: str
    kms_key_id: str | None
    status: str = "InProgress"
    message: str | None = None
    copy: "Secret | None" = None

    def describe(self) -> dict[str, Any]:
        """An entry of ReplicationStatus.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicationStatusType.html
        """
        return _given(
            Region=self.region,
            KmsKeyId=self.kms_key_id or MANAGED_ALIAS,
            Status=self.status,
            StatusMessage=self.message,
            LastAccessedDate=self.copy and self.copy.accessed,
        )


@dataclass
class Secret:
    """A secret, or a replica of one in another region: then `primary` is set."""

    account: str
    region: str
    name: str
    arn: str
    kms_key_id: str | None = None  # as given; None means the AWS managed key
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    policy: Policy | None = None
    versions: dict[str, Version] = field(default_factory=dict)
    rotation: Rotation = field(default_factory=Rotation)
    created: datetime = field(default_factory=_now)
    changed: datetime = field(default_factory=_now)
    accessed: datetime | None = None
    deleted: datetime | None = None
    owner: str | None = None
    primary: "Secret | None" = None
    replicas: dict[str, Replica] = field(default_factory=dict)

    def labelled(self, label: str) -> Version | None:
        """The version that has a label."""
        for version in self.versions.values():
            if label in version.labels:
                return version
        return None

    @property
    def pending(self) -> Version | None:
        """The version of an incomplete rotation."""
        version = self.labelled("AWSPENDING")
        return version if version and "AWSCURRENT" not in version.labels else None

    def attach(self, version: Version, labels: Iterable[str]) -> None:
        """Move labels to a version; the version that loses AWSCURRENT gets AWSPREVIOUS.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
        """
        given = list(dict.fromkeys(labels))
        if len({*version.labels, *given}) > MAX_LABELS:
            raise LimitExceededException(f"A version can have {MAX_LABELS} staging labels.")
        last = self.labelled("AWSCURRENT")
        for label in given:
            self._move(label, version)
        if "AWSCURRENT" in given and last and last is not version:
            self._move("AWSPREVIOUS", last)
        deprecated = [each for each in self.versions.values() if not each.labels]
        # AWS keeps those of the last 24 hours. Here that would hide which versions are lost later.
        for each in deprecated[: max(0, len(deprecated) - MAX_DEPRECATED_VERSIONS)]:
            del self.versions[each.version_id]

    def _move(self, label: str, version: Version) -> None:
        for other in self.versions.values():
            if label in other.labels:
                other.labels.remove(label)
        version.labels.append(label)

    def encryption_key(self) -> str:
        """The key that encrypts a new version; raise EncryptionFailure if it cannot encrypt.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
        """
        return checked_key(find_key(self.kms_key_id, self.account, self.region))

    def change_key(self, reference: str | None) -> None:
        """Encrypt the versions that have AWS's own labels with another key too; or change nothing.

        Their old key can still decrypt them. All other versions keep only their old key. Without
        kms:Encrypt on the new key or kms:Decrypt on the old one, no version is encrypted again.
        https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_update-encryption-key.html
        """
        new = checked_reference(reference, self.account, self.region)
        concerned = [
            version
            for version in self.versions.values()
            if version.has_value
            and new not in version.keys
            and REENCRYPTED_LABELS & {*version.labels}
        ]
        for version in concerned:
            if not any(is_usable(key) for key in version.keys):
                version.check_readable()
        if not denies(new, DENY_ENCRYPT):
            for version in concerned:
                old = [key for key in version.keys if is_usable(key)][-1]
                if not denies(old, DENY_DECRYPT):
                    version.keys = [old, new]
        self.kms_key_id = reported_key(reference, self.account, self.region)

    def describe(self) -> dict[str, Any]:
        """The answer of DescribeSecret.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
        """
        # A replica does not rotate by itself. It reports the rotation of its primary.
        rotation = (self.primary or self).rotation
        is_replicated = self.primary or self.replicas
        return _given(
            ARN=self.arn,
            Name=self.name,
            Description=self.description or None,
            KmsKeyId=self.kms_key_id,
            RotationEnabled=rotation.enabled if rotation.rules else None,
            RotationLambdaARN=rotation.function_arn,
            RotationRules=rotation.rules or None,
            LastRotatedDate=rotation.last if rotation.enabled else None,
            NextRotationDate=rotation.next if rotation.enabled else None,
            LastChangedDate=self.changed,
            LastAccessedDate=self.accessed,
            DeletedDate=self.deleted,
            Tags=[{"Key": key, "Value": value} for key, value in self.tags.items()],
            VersionIdsToStages={
                each.version_id: list(each.labels) for each in self.versions.values() if each.labels
            }
            or None,
            OwningService=self.owner,
            CreatedDate=self.created,
            PrimaryRegion=(self.primary or self).region if is_replicated else None,
            ReplicationStatus=[each.describe() for each in self.replicas.values()] or None,
        )


class Store:
    """The secrets of an account in a region, and the earlier states that ListSecrets shows."""

    def __init__(self) -> None:
        self._secrets: dict[str, Secret] = {}
        self._history: dict[str, History] = defaultdict(list)

    def get(self, name: str) -> Secret | None:
        """The secret with a name, even if it is scheduled for deletion."""
        return self._secrets.get(name)

    def find(self, secret_id: str) -> Secret | None:
        """The secret with a name, an ARN, or an ARN without its suffix.

        https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
        """
        if not secret_id.startswith("arn:"):
            return self.get(secret_id)
        for secret in self._secrets.values():
            if secret_id in (secret.arn, secret.arn[: -SUFFIX_LENGTH - 1]):
                return secret
        return None

    def add(self, secret: Secret) -> None:
        """Store a new secret."""
        self._secrets[secret.name] = secret
        self.record(secret)

    def remove(self, secret: Secret) -> None:
        """Delete a secret permanently."""
        del self._secrets[secret.name]
        self._note(secret.arn, None)

    def record(self, secret: Secret) -> None:
        """Record the current state of a secret, which ListSecrets shows later."""
        # A rotation can end after its secret is deleted.
        if self.get(secret.name) is secret:
            self._note(secret.arn, secret.describe())

    def listed(self) -> list[dict[str, Any]]:
        """Descriptions of the secrets as they were some minutes ago, as AWS documents.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
        """
        known = (_known(entries) for entries in self._history.values())
        return [past[-1][1] for past in known if past and past[-1][1]]

    def _note(self, arn: str, description: dict[str, Any] | None) -> None:
        entries = self._history[arn]
        # Of the entries that ListSecrets shows already, only the latest counts.
        del entries[: max(0, len(_known(entries)) - 1)]
        entries.append((_now(), description))


type History = list[tuple[datetime, dict[str, Any] | None]]


def _known(entries: History) -> History:
    """The part of a secret's history that ListSecrets shows already."""
    until = _now() - timedelta(seconds=LIST_SECRETS_LAG_SECONDS)
    return [entry for entry in entries if entry[0] <= until]


stores: dict[tuple[str, str], Store] = defaultdict(Store)


def store_of(secret: Secret) -> Store:
    """The store of a secret."""
    return stores[secret.account, secret.region]


def new_arn(account: str, region: str, name: str) -> str:
    """An ARN that no secret had before."""
    partition = "aws-cn" if region.startswith("cn-") else "aws"
    suffix = "".join(secrets.choice(string.ascii_letters) for _ in range(SUFFIX_LENGTH))
    return f"arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{suffix}"


def checked_reference(reference: str | None, account: str, region: str) -> str:
    """The key that a reference names; Secrets Manager tries it before it accepts the reference.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    key = find_key(reference, account, region)
    if not key:
        # The message in https://github.com/hashicorp/terraform-provider-aws/pull/13303
        raise InvalidParameterException(
            "The operation failed because of an invalid KMS key: Invalid keyId"
        )
    return checked_key(key)


def reported_key(reference: str | None, account: str, region: str) -> str | None:
    """A key as DescribeSecret returns it: an alias as its ARN, the AWS managed key as None.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
    """
    if not reference or find_key(reference, account, region) == MANAGED_KEY:
        return None
    return alias_arn(reference, account, region)


def checked_key(key: str | None) -> str:
    """Return a key, or raise EncryptionFailure if it cannot encrypt.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
    """
    if not key or not is_usable(key):
        raise EncryptionFailure(
            "Secrets Manager can't encrypt the protected secret text using the provided KMS key. "
            "Check that the KMS key is available, enabled, and not in an invalid state."
        )
    return key


def change(secret: Secret) -> None:
    """Record that a secret has changed, and replicate the change."""
    secret.changed = _now()
    for replica in secret.replicas.values():
        # A replica whose name is taken in its region must be replicated again, or removed.
        if replica.copy or replica.status == "InProgress":
            replicate(secret, replica)
    store_of(secret).record(secret)


def replicate(primary: Secret, replica: Replica, *, overwrite: bool = False) -> None:
    """Create or update a replica, at once or later.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
    """
    if not REPLICATION_SECONDS:
        _replicate(primary, replica, overwrite=overwrite)
        return
    replica.status, replica.message = "InProgress", None
    threading.Timer(
        REPLICATION_SECONDS, _replicate, (primary, replica), {"overwrite": overwrite}
    ).start()


def _replicate(primary: Secret, replica: Replica, *, overwrite: bool) -> None:
    """Copy everything to a replica, or report the obstacle in its status.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets_troubleshoot.html
    """
    with lock:
        if primary.replicas.get(replica.region) is not replica:
            return  # it was removed in the meantime
        store = stores[primary.account, replica.region]
        there = store.get(primary.name)
        message = None
        if there and there is not replica.copy and (there.primary or not overwrite):
            message = "Secret with this name already exists in this region."
        else:
            copy = replica.copy or Secret(
                primary.account,
                replica.region,
                primary.name,
                primary.arn.replace(f":{primary.region}:", f":{replica.region}:", 1),
                primary=primary,
            )
            copy.kms_key_id = reported_key(replica.kms_key_id, copy.account, copy.region)
            copy.tags, copy.policy, copy.owner = {**primary.tags}, primary.policy, primary.owner
            copy.description = primary.description
            message = _copy_versions(primary, copy)
            if not message or replica.copy:
                if there and there is not replica.copy:
                    store.remove(there)
                replica.copy, copy.changed = copy, _now()
                store.add(copy)
        replica.status = "Failed" if message else "InSync"
        replica.message = message
        store_of(primary).record(primary)


def _copy_versions(primary: Secret, copy: Secret) -> str | None:
    """Copy a primary's versions and labels to a replica, or change nothing and return the reason.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html
    """
    key = find_key(copy.kms_key_id, copy.account, copy.region)
    no_key = (
        f"Replication failed: the KMS key {copy.kms_key_id} of region {copy.region} is disabled or "
        "not found."
    )
    if not copy.versions and not is_usable(key):
        return no_key
    versions: dict[str, Version] = {}
    for version in primary.versions.values():
        known = copy.versions.get(version.version_id)
        if known and known.value == version.value:
            versions[version.version_id] = known
            continue
        if not version.labels:
            continue
        made = Version(version.version_id, [], version.text, version.binary, [], version.created)
        if version.has_value:
            if not key or not is_usable(key):
                return no_key
            try:
                version.check_readable()
            except (DecryptionFailure, CommonServiceException):
                return (
                    "Replication failed: the value can't be decrypted by the KMS key of region "
                    f"{primary.region}."
                )
            if denies(key, DENY_ENCRYPT):
                return (
                    "Replication failed: no permission to encrypt with the KMS key "
                    f"{copy.kms_key_id} of region {copy.region}."
                )
            made.keys = [key]
        versions[version.version_id] = made
    for version_id, version in versions.items():
        version.labels = list(primary.versions[version_id].labels)
    copy.versions = versions
    return None


def remove_replica(primary: Secret, region: str) -> None:
    """Delete the replica in a region, if there is one, and the primary's record of it.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RemoveRegionsFromReplication.html
    """
    replica = primary.replicas.pop(region)
    if replica.copy:
        store_of(replica.copy).remove(replica.copy)


def not_found() -> ResourceNotFoundException:
    """The error of a call that names a secret that does not exist."""
    return ResourceNotFoundException("Secrets Manager can't find the specified secret.")


def _given(**fields: Any) -> dict[str, Any]:  # noqa: ANN401
    """The fields that have a value: AWS omits the others."""
    return {name: value for name, value in fields.items() if value is not None}
