"""Network of a rotation function."""

from checkov.common.models.enums import CheckCategories

from asm.block import OPEN, Block
from asm.functions import is_rotation_function
from asm.rule import Faults, rule


@rule(
    16,
    "Ensure that a rotation function runs in a VPC",
    severity="LOW",
    category=CheckCategories.NETWORKING,
    resources=["aws_lambda_function"],
)
def find_faults(function: Block) -> Faults:
    """In a VPC it reaches private databases, and an endpoint policy can restrict it."""
    if not is_rotation_function(function):
        return None
    configs = function.blocks("vpc_config")
    subnets = [config.get("subnet_ids") for config in configs if config.get("subnet_ids")]
    if not all(config.is_certain for config in configs) or OPEN in subnets or [OPEN] in subnets:
        return None
    return [] if subnets else ["no vpc_config with subnets"]
