"""The KMS key that encrypts the secret."""

from collections.abc import Iterator

from secret_doctor.aws import Subject
from secret_doctor.findings import Fact, Finding, Severity

AWS_MANAGED = "alias/aws/secretsmanager"
# How ListSecretVersionIds names it.
DEFAULT = "DefaultEncryptionKey"
# When the secret's key changes, AWS re-encrypts versions with these labels, if the caller can.
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html
ENCRYPTED_ANEW = {"AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"}


def check(subject: Subject) -> Iterator[Fact | Finding]:
    """Whether the key exists and is enabled, and whether it rotates."""
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
            title="Key does not exist",
            explanation="The key that encrypts the secret does not exist any more. Nobody can "
            "decrypt what it encrypted.",
            advice="Store the value again under another key: aws secretsmanager update-secret "
            f"--secret-id {subject.arn} --kms-key-id KEY --secret-string file://FILE. A replica "
            "with a separate key can still have the value.",
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
    """Whether every version with a label is under the secret's key."""
    if "DeletedDate" in subject.description:
        return  # Secrets Manager refuses to list them until the secret is restored.
    # One page has up to 100 versions, and a secret up to 20 labels.
    kept = subject.aws.secretsmanager.list_secret_version_ids(SecretId=subject.arn, MaxResults=100)[
        "Versions"
    ]
    own = _key_id(subject, subject.description.get("KmsKeyId", AWS_MANAGED))
    for version in kept:
        keys = version.get("KmsKeyIds", [])
        # Either key can read a version that AWS re-encrypted.
        # https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_update-encryption-key.html
        if own in [_key_id(subject, each) for each in keys]:
            continue
        for other in keys:
            yield under_other_key(subject, version["VersionId"], version["VersionStages"], other)


def under_other_key(subject: Subject, version_id: str, labels: list[str], key: str) -> Finding:
    """A version needs another key than the secret's key."""
    state = "Enabled" if key in (DEFAULT, AWS_MANAGED) else _state(subject, key)
    if ENCRYPTED_ANEW & set(labels):
        advice = (
            f"Run aws secretsmanager update-secret --secret-id {subject.arn} --kms-key-id KEY with "
            "the secret's key. The caller needs kms:Decrypt on the other key, and kms:Encrypt, "
            "kms:GenerateDataKey and kms:Decrypt on the secret's key."
        )
    else:
        advice = (
            "AWS never re-encrypts this version. If Terraform stored it, run terraform apply to "
            "store it under the secret's key. Otherwise, if nobody needs it, run aws "
            f"secretsmanager update-secret-version-stage --secret-id {subject.arn} "
            f"--remove-from-version-id {version_id} --version-stage {labels[0]}."
        )
    what = f"Version {version_id} ({', '.join(labels)}) is encrypted with {key}"
    if state == "Enabled":
        return Finding(
            id="version-under-other-key",
            severity=Severity.WARNING,
            title="A version needs another key than the secret's key",
            explanation=f"{what}. The secret's key changed later, and AWS did not re-encrypt the "
            "version. The version is lost if the other key is deleted.",
            advice=advice,
        )
    return Finding(
        id="version-key-unusable",
        severity=Severity.ERROR,
        title="A version needs a key that does not decrypt",
        explanation=f"{what}. This key is {state}. Nobody can read the version.",
        advice="First make the key usable, for example with aws kms cancel-key-deletion and aws "
        f"kms enable-key --key-id {key}. {advice}",
    )


def _key_id(subject: Subject, key: str) -> str:
    """Id of a key, to compare two names of it. For the AWS managed key it is the alias."""
    if key == DEFAULT or key.endswith(AWS_MANAGED):
        return AWS_MANAGED
    if "alias/" in key:
        key = subject.aws.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyId"]
    return key.rpartition("/")[2]


def _state(subject: Subject, key: str) -> str:
    """State of a key as KMS names it, or `gone`."""
    kms = subject.aws.kms
    try:
        return kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    except kms.exceptions.NotFoundException:
        return "gone"


def unusable(arn: str, state: str) -> Finding:
    """The key exists, but does not encrypt or decrypt."""
    enable = f"aws kms enable-key --key-id {arn}"
    if state == "Disabled":
        return Finding(
            id="key-disabled",
            severity=Severity.ERROR,
            title="Key is disabled",
            explanation="Nobody can read the value or store one while the key is disabled.",
            advice=enable,
        )
    if state in ("PendingDeletion", "PendingReplicaDeletion"):
        return Finding(
            id="key-pending-deletion",
            severity=Severity.ERROR,
            title="Key is pending deletion",
            explanation="Nobody can read the value. It is lost when the waiting period ends.",
            advice=f"aws kms cancel-key-deletion --key-id {arn}, then {enable}. To use the key "
            "after Terraform removed it from its state, set: "
            f'key = {{ existing = {{ arn = "{arn}" }} }}.',
        )
    return Finding(
        id="key-unusable",
        severity=Severity.ERROR,
        title=f"Key is in the state {state}",
        explanation="Only an enabled key encrypts and decrypts.",
        advice="Import its key material, or repair its custom key store: "
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
    )
