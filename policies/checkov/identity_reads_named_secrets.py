"""Which secrets an identity can read."""

from checkov.common.models.enums import CheckCategories

from asm.block import Block
from asm.policy import DOCUMENT, IDENTITIES, Statement, faults, is_of_identity
from asm.rule import Faults, rule

TAGS = ("aws:resourcetag/*", "secretsmanager:resourcetag/*")


@rule(
    7,
    "Ensure that an identity policy allows to read only named secrets",
    severity="HIGH",
    category=CheckCategories.IAM,
    resources=IDENTITIES,
    data=[DOCUMENT],
)
def find_faults(block: Block) -> Faults:
    """In a secret's policy `*` is that secret. Actions without a resource can have `*`."""
    return faults(block, applies=lambda each: is_of_identity(block, each), offends=offends)


def offends(statement: Statement) -> str:
    """What is wrong with a statement that allows."""
    reads = statement.covers("secretsmanager:GetSecretValue")
    if reads and statement.is_about_all_secrets() and not statement.compares(*TAGS):
        return "allows secretsmanager:GetSecretValue on all secrets"
    return ""
