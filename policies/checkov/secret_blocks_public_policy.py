"""A secret's resource policy."""

from checkov.common.models.enums import CheckCategories

from asm.block import Block, is_known
from asm.rule import Faults, rule

POLICY = "aws_secretsmanager_secret_policy"


@rule(
    3,
    "Ensure that a secret has a resource policy and blocks public policies",
    severity="HIGH",
    category=CheckCategories.IAM,
    resources=["aws_secretsmanager_secret", POLICY],
)
def find_faults(block: Block) -> Faults:
    """Secrets Manager cannot block an inline policy of the secret."""
    if block.type == POLICY:
        blocks_public = block.get("block_public_policy")
        if not is_known(blocks_public):
            return None
        return [] if blocks_public is True else ["block_public_policy is not true"]
    attached = list(block.attached(POLICY, "secret_arn"))
    if any(block.surely_has(policy) for policy in attached):
        return []
    if attached or any(policy.references("secret_arn").is_open for policy in block.peers(POLICY)):
        return None
    return [f"no {POLICY} is attached"]
