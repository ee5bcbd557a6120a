"""Keys of a secret's replicas."""

from checkov.common.models.enums import CheckCategories

from asm.block import OPEN, Block, Values, is_known
from asm.keys import AWS_MANAGED, KEYS
from asm.rule import Faults, rule


@rule(
    15,
    "Ensure that each replica of a secret is encrypted with a customer managed key of its region",
    severity="MEDIUM",
    category=CheckCategories.ENCRYPTION,
    resources=["aws_secretsmanager_secret"],
)
def find_faults(secret: Block) -> Faults:
    """Without a key, the region's AWS managed key encrypts the replica."""
    replicas = secret.blocks("replica")
    found = [fault for each in replicas if each.is_certain and (fault := _fault(each))]
    if not found and not all(
        each.is_certain and each.get("kms_key_id") != OPEN for each in replicas
    ):
        return None
    is_known_key = all(is_known(replica.get("kms_key_id")) for replica in replicas)
    is_decided = found or is_known_key or secret.references("replica").of(*KEYS)
    return found if replicas and is_decided else None


def _fault(replica: Values) -> str:
    region, key = replica.get("region"), replica.get("kms_key_id")
    if not key or str(key).endswith(AWS_MANAGED):
        return f"the replica in {region} has no customer managed key"
    parts = str(key).split(":")
    is_elsewhere = len(parts) > 3 and is_known([region, parts[3]]) and parts[3] != region
    return f"the replica in {region} has a key of {parts[3]}" if is_elsewhere else ""
