"""A secret's key."""

from checkov.common.models.enums import CheckCategories

from asm.block import OPEN, Block, is_known
from asm.keys import AWS_MANAGED, KEYS
from asm.rule import Faults, rule


@rule(
    1,
    "Ensure that a secret is encrypted with a customer managed key",
    severity="MEDIUM",
    category=CheckCategories.ENCRYPTION,
    resources=["aws_secretsmanager_secret"],
)
def find_faults(secret: Block) -> Faults:
    """You cannot share, disable or write a policy for the AWS managed key."""
    key = secret.get("kms_key_id")
    if not key:
        return ["no kms_key_id: Secrets Manager uses the AWS managed key"]
    if key == OPEN:
        return None
    found = secret.references("kms_key_id").blocks
    names = [key, *(block.get(name) for block in found for name in ("key_id", "name"))]
    if any(str(name).endswith(AWS_MANAGED) for name in names):
        return [f"kms_key_id is the AWS managed key, {AWS_MANAGED}"]
    return [] if is_known(key) or any(block.type in KEYS for block in found) else None
