"""Which keys an identity can decrypt with."""

from checkov.common.models.enums import CheckCategories

from asm.block import Block
from asm.policy import DOCUMENT, IDENTITIES, Statement, faults, is_of_identity
from asm.rule import Faults, rule

BY_KEY = ("aws:resourcetag/*", "kms:resourcealiases", "kms:requestalias")


@rule(
    22,
    "Ensure that an identity policy allows to decrypt only with named keys",
    severity="HIGH",
    category=CheckCategories.IAM,
    resources=IDENTITIES,
    data=[DOCUMENT],
)
def find_faults(block: Block) -> Faults:
    """All keys pass with one service and encryption context, or with the key's tags or alias."""
    return faults(block, applies=lambda each: is_of_identity(block, each), offends=_offends)


def _offends(statement: Statement) -> str:
    decrypts = statement.covers("kms:Decrypt") or statement.covers("kms:ReEncryptFrom")
    if not decrypts or not statement.is_about_all_keys() or statement.compares(*BY_KEY):
        return ""
    by_service = statement.compares("kms:viaservice")
    if by_service and statement.compares("kms:encryptioncontext:*"):
        return ""
    return "allows to decrypt with all keys"
