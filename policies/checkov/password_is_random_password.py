"""Passwords that are not marked as sensitive."""

from checkov.common.models.enums import CheckCategories

from asm import names
from asm.block import Block
from asm.rule import Faults, rule


@rule(
    24,
    "Ensure that no random_string is a password",
    severity="MEDIUM",
    category=CheckCategories.SECRETS,
    resources=["random_string"],
)
def find_faults(string: Block) -> Faults:
    """Plans and logs show a random_string. The provider marks only a random_password sensitive."""
    return [
        f"{attribute} of {user.type}.{user.name} is made from it"
        for user, attribute in string.users()
        if names.holds_secret(attribute)
    ]
