"""Rotation of the key that encrypts a secret."""

from checkov.common.models.enums import CheckCategories

from asm.block import Block, is_known
from asm.rule import Faults, rule


@rule(
    2,
    "Ensure that the key of a secret rotates",
    severity="MEDIUM",
    category=CheckCategories.ENCRYPTION,
    resources=["aws_kms_key"],
)
def find_faults(key: Block) -> Faults:
    """CKV_AWS_7 checks the keys that no secret in the scan uses."""
    if not any(key.attached("aws_secretsmanager_secret", "kms_key_id")):
        return None
    rotates = key.get("enable_key_rotation")
    if not is_known(rotates):
        return None
    return [] if rotates is True else ["enable_key_rotation is not true"]
