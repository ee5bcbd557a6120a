"""Secret values in the environment of a function."""

from checkov.common.models.enums import CheckCategories

from asm import names
from asm.block import Block, is_known
from asm.rule import Faults, rule


@rule(
    14,
    "Ensure that no environment variable of a function holds a secret value",
    severity="HIGH",
    category=CheckCategories.SECRETS,
    resources=["aws_lambda_function"],
)
def find_faults(function: Block) -> Faults:
    """Whoever may describe the function reads its environment."""
    found = [
        f"environment variable {name} holds a value"
        for environment in function.blocks("environment")
        for name, value in _variables(environment.get("variables"))
        if names.is_secret(name) and _is_value(name, str(value))
    ]
    secrets = function.secrets_in("environment")
    return found + [f"environment is made from the value of {each.type}" for each in secrets]


def _variables(variables: object) -> list[tuple[str, object]]:
    return list(variables.items()) if isinstance(variables, dict) else []


def _is_value(name: str, value: str) -> bool:
    """Not an ARN, a reference that is resolved at run time, or a secret's hierarchical name."""
    if not value or not is_known(value) or value.startswith(("arn:", "{{resolve:")):
        return False
    return not (name.lower().endswith(("secret", "credentials")) and "/" in value)
