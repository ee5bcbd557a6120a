"""Logs of functions that handle secrets."""

from checkov.common.models.enums import CheckCategories

from asm.block import OPEN, Block, is_known
from asm.functions import handles_secrets
from asm.rule import Faults, rule

GROUP = "aws_cloudwatch_log_group"


@rule(
    21,
    "Ensure that logs of a function that handles secrets are encrypted with a key and expire",
    severity="LOW",
    category=CheckCategories.LOGGING,
    resources=["aws_lambda_function"],
)
def find_faults(function: Block) -> Faults:
    """Lambda creates a log group that has no key and never expires."""
    if not handles_secrets(function):
        return None
    groups = [group for group in function.peers(GROUP) if _is_of(group, function)]
    if not groups:
        names = [group.get("name") for group in function.peers(GROUP)]
        is_decided = is_known([function.get("function_name"), *names])
        return [f"no {GROUP} of this function"] if is_decided else None
    given = {
        f"{GROUP}.{group.name} has no {attribute}": group.get(attribute)
        for group in groups
        for attribute in ("kms_key_id", "retention_in_days")
    }
    found = [fault for fault, value in given.items() if not value]
    return None if not found and OPEN in given.values() else found


def _is_of(group: Block, function: Block) -> bool:
    if function in group.references("name").blocks:
        return True
    for logging in function.blocks("logging_config"):
        if log_group := logging.get("log_group"):
            named = function.references("logging_config").blocks
            return group in named or log_group == group.get("name")
    own, name = function.get("function_name"), group.get("name")
    return is_known([own, name]) and name == f"/aws/lambda/{own}"
