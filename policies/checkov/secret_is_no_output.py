"""Secret values in outputs."""

from checkov.common.models.enums import CheckCategories

from asm.block import SECRET_ATTRIBUTES, Block
from asm.rule import Faults, rule


@rule(
    12,
    "Ensure that no output is made from a secret value",
    severity="HIGH",
    category=CheckCategories.SECRETS,
    resources=[*SECRET_ATTRIBUTES],
    data=[*SECRET_ATTRIBUTES],
)
def find_faults(secret: Block) -> Faults:
    """The finding is on the block with the value. `sensitive` hides outputs only on a terminal."""
    return [f"output {name} is made from it" for name in secret.outputs()]
