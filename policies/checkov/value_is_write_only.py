"""How Terraform writes a secret's value."""

from checkov.common.models.enums import CheckCategories

from asm.block import OPEN, Block
from asm.rule import Faults, rule


@rule(
    11,
    "Ensure that secret_string_wo writes a secret's value, so that it stays out of the state",
    severity="HIGH",
    category=CheckCategories.SECRETS,
    resources=["aws_secretsmanager_secret_version"],
)
def find_faults(version: Block) -> Faults:
    """No write-only argument for binary data exists. Base64 text can store binary data."""
    plain = [name for name in ("secret_string", "secret_binary") if version.get(name)]
    if version.get("secret_string_wo") is not None:
        # The provider accepts only one of them, so a value that can be null is null.
        given = [name for name in plain if version.get(name) != OPEN]
        if plain and not given and version.get("secret_string_wo") == OPEN:
            return None
        plain = given
    elif len(plain) > 1:
        plain = [name for name in plain if version.get(name) != OPEN] or plain[:1]
    return [f"{name} puts the value into plan and state" for name in plain]
