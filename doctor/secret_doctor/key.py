"""The KMS key that encrypts the secret."""

from collections.abc import Iterator

from secret_doctor.aws import Subject
from secret_doctor.findings import Fact, Finding, Severity

AWS_MANAGED = "alias/aws/secretsmanager"


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
