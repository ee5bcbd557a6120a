"""How a secret's value is written."""

from checkov.common.models.enums import CheckCategories

from asm.block import OPEN, Block
from asm.rule import Faults, rule


@rule(
    11,
    "Ensure that a secret's value is written by secret_string_wo and so stays out of the state",
    severity="HIGH",
    category=CheckCategories.SECRETS,
    resources=["aws_secretsmanager_secret_version"],
)
def find_faults(version: Block) -> Faults:
    """There is no write-only argument for binary data; it can be stored as base64 text."""
    plain = [name for name in ("secret_string", "secret_binary") if version.get(name)]
    if version.get("secret_string_wo") is not None:
        # The provider takes only one of them, so what may be null is null.
        given = [name for name in plain if version.get(name) != OPEN]
        if plain and not given and version.get("secret_string_wo") == OPEN:
            return None
        plain = given
    elif len(plain) > 1:
        plain = [name for name in plain if version.get(name) != OPEN] or plain[:1]
    return [f"{name} puts the value into plan and state" for name in plain]
