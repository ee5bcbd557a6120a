"""What a policy allows to do with secrets."""

from checkov.common.models.enums import CheckCategories

from asm.block import Block
from asm.policy import DOCUMENT, IDENTITIES, SECRET_POLICIES, Statement, faults, is_of
from asm.rule import Faults, rule


@rule(
    5,
    "Ensure that no policy allows all actions on secrets",
    severity="HIGH",
    category=CheckCategories.IAM,
    resources=[*SECRET_POLICIES, *IDENTITIES],
    data=[DOCUMENT],
)
def find_faults(block: Block) -> Faults:
    """`secretsmanager:*` allows to change the policy and to delete the secret.

    A document without a use in the scan can be for a secret or an identity.
    """
    return faults(
        block,
        applies=lambda each: is_of(block, each, "secret", "identity"),
        offends=offends,
    )


def offends(statement: Statement) -> str:
    """What is wrong with a statement that allows something."""
    if not statement.covers_all_of("secretsmanager"):
        return ""
    if not statement.names("secretsmanager") and not statement.is_about_secrets():
        return ""
    return "allows all actions on secrets"
