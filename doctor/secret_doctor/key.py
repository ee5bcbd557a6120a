"""The KMS key that encrypts the secret."""

from collections.abc import Iterator

from secret_doctor.aws import Subject
from secret_doctor.findings import Fact, Finding, Severity

AWS_MANAGED = "alias/aws/secretsmanager"
# How ListSecretVersionIds names it.
DEFAULT = "DefaultEncryptionKey"
# AWS encrypts versions with one of these anew when the secret's key changes, if the caller may.
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html
ENCRYPTED_ANEW = {"AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"}


def check(subject: Subject) -> Iterator[Fact | Finding]:
    """Whether the key is there and enabled, and whether it rotates."""
    key_id = subject.description.get("KmsKeyId", AWS_MANAGED)
    if key_id.endswith(AWS_MANAGED):
        yield Fact("Key", "aws/secretsmanager, managed by AWS")
        return
    yield Fact("Key", key_id)
    kms = subject.aws.kms
    try:
        key = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        yield Finding(
            id="key-not-found",
            severity=Severity.ERROR,
            title="Key is gone",
            explanation="The key that encrypts the secret does not exist any more, and what it "
            "encrypted cannot be decrypted by anybody.",
            advice="Store the value anew under another key: aws secretsmanager update-secret "
            f"--secret-id {subject.arn} --kms-key-id KEY --secret-string file://FILE. A replica "
            "with its own key may still have the value.",
        )
        return
    yield Fact("Key manager", key.get("KeyManager", ""))
    if key["KeyState"] != "Enabled":
        yield unusable(key["Arn"], key["KeyState"])
        return
    if key.get("KeyManager") == "CUSTOMER":
        rotation = kms.get_key_rotation_status(KeyId=key["Arn"])
        period = rotation.get("RotationPeriodInDays")
        every = f", every {period} days" if period else ""
        yield Fact("Key rotation", f"on{every}" if rotation["KeyRotationEnabled"] else "off")


def versions(subject: Subject) -> Iterator[Finding]:
    """Whether every version that has a label is under the secret's key."""
    if "DeletedDate" in subject.description:
        return  # Secrets Manager refuses to list them until the secret is restored.
    # One page has 100 versions at most, and a secret 20 labels.
    kept = subject.aws.secretsmanager.list_secret_version_ids(SecretId=subject.arn, MaxResults=100)[
        "Versions"
    ]
    own = _key_id(subject, subject.description.get("KmsKeyId", AWS_MANAGED))
    for version in kept:
        keys = version.get("KmsKeyIds", [])
        # What was encrypted anew can be read by either key.
        # https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_update-encryption-key.html
        if own in [_key_id(subject, each) for each in keys]:
            continue
        for other in keys:
            yield under_other_key(subject, version["VersionId"], version["VersionStages"], other)


def under_other_key(subject: Subject, version_id: str, labels: list[str], key: str) -> Finding:
    """A version needs another key than the secret's."""
    state = "Enabled" if key in (DEFAULT, AWS_MANAGED) else _state(subject, key)
    if ENCRYPTED_ANEW & set(labels):
        advice = (
            "Let somebody with kms:Decrypt on that key, and kms:Encrypt, kms:GenerateDataKey and "
            f"kms:Decrypt on the secret's, call aws secretsmanager update-secret --secret-id "
            f"{subject.arn} --kms-key-id KEY with the secret's key."
        )
    else:
        advice = (
            "AWS never encrypts it anew. If Terraform stored it: terraform apply stores it under "
            "the secret's key. Otherwise, if nobody needs it: aws secretsmanager "
            f"update-secret-version-stage --secret-id {subject.arn} --remove-from-version-id "
            f"{version_id} --version-stage {labels[0]}."
        )
    what = f"Version {version_id} ({', '.join(labels)}) is encrypted with {key}"
    if state == "Enabled":
        return Finding(
            id="version-under-other-key",
            severity=Severity.WARNING,
            title="A version needs another key than the secret's",
            explanation=f"{what}: the secret's key changed after it was stored, and it was not "
            "encrypted anew. It is lost if that key is deleted.",
            advice=advice,
        )
    return Finding(
        id="version-key-unusable",
        severity=Severity.ERROR,
        title="A version needs a key that does not decrypt",
        explanation=f"{what}, which is {state}. Nobody can read that version.",
        advice=f"First make the key usable, as by aws kms cancel-key-deletion and aws kms "
        f"enable-key --key-id {key}. {advice}",
    )


def _key_id(subject: Subject, key: str) -> str:
    """Id of a key, by which two names of it are compared; the AWS managed key's is its alias."""
    if key == DEFAULT or key.endswith(AWS_MANAGED):
        return AWS_MANAGED
    if "alias/" in key:
        key = subject.aws.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyId"]
    return key.rpartition("/")[2]


def _state(subject: Subject, key: str) -> str:
    """State of a key in KMS's words, or that it is gone."""
    kms = subject.aws.kms
    try:
        return kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    except kms.exceptions.NotFoundException:
        return "gone"


def unusable(arn: str, state: str) -> Finding:
    """The key is there, but neither encrypts nor decrypts."""
    enable = f"aws kms enable-key --key-id {arn}"
    if state == "Disabled":
        return Finding(
            id="key-disabled",
            severity=Severity.ERROR,
            title="Key is disabled",
            explanation="While it is, nobody can read the value or store one.",
            advice=enable,
        )
    if state in ("PendingDeletion", "PendingReplicaDeletion"):
        return Finding(
            id="key-pending-deletion",
            severity=Severity.ERROR,
            title="Key is going to be deleted",
            explanation="Nobody can read the value, and when the waiting period ends, it is lost.",
            advice=f"aws kms cancel-key-deletion --key-id {arn}, then {enable}. To go on using it "
            f'after Terraform has let go of it: key = {{ existing = {{ arn = "{arn}" }} }}.',
        )
    return Finding(
        id="key-unusable",
        severity=Severity.ERROR,
        title=f"Key is in the state {state}",
        explanation="Only an enabled key encrypts and decrypts.",
        advice="Import its key material, or see to its custom key store: "
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
    )
