"""Who can invoke a rotation function."""

from checkov.common.models.enums import CheckCategories

from asm.block import OPEN, Block, is_known
from asm.functions import is_rotation_function
from asm.rule import Faults, rule


@rule(
    18,
    "Ensure that only Secrets Manager of one account can invoke a rotation function",
    severity="HIGH",
    category=CheckCategories.IAM,
    resources=["aws_lambda_permission"],
)
def find_faults(permission: Block) -> Faults:
    """Without a source, a secret of any account can start the function."""
    principal = str(permission.get("principal"))
    functions = permission.references("function_name").of("aws_lambda_function")
    if principal == "*":
        is_for_rotation = any(is_rotation_function(function) for function in functions)
        return ["the principal is *"] if is_for_rotation else None
    if not is_known(principal) or not principal.startswith("secretsmanager."):
        return None
    sources = {permission.get(name) for name in ("source_account", "source_arn")} - {None, ""}
    if sources == {OPEN}:
        return None
    return [] if sources else ["neither source_account nor source_arn"]
