"""Who can do everything with a key."""

import re

from checkov.common.models.enums import CheckCategories

from asm.block import Block, is_known
from asm.policy import DOCUMENT, KEY_POLICIES, Statement, faults, owners
from asm.rule import Faults, rule


@rule(
    6,
    "Ensure that a key policy allows kms:* only to the account's root",
    severity="HIGH",
    category=CheckCategories.IAM,
    resources=[*KEY_POLICIES],
    data=[DOCUMENT],
)
def find_faults(block: Block) -> Faults:
    """Unless a document is known to be for a key, `*` can be about anything."""

    def applies(statement: Statement) -> bool:
        found = owners(block)
        return "key" in found or (not found and statement.has_principal and statement.names("kms"))

    def offends(statement: Statement) -> str:
        if not statement.covers_all_of("kms"):
            return ""
        others = [name for _, name in statement.principals if not _is_root(name, block.account())]
        if statement.not_principals:
            others.append("all but some")
        return f"allows kms:* to {', '.join(others)}" if others else ""

    return faults(block, applies, offends)


def _is_root(principal: str, account: str | None) -> bool:
    """Whether it is, or can be, the root of the account."""
    match = re.fullmatch(r"(?:arn:[^:]+:iam::)?(.+?)(?::root)?", principal)
    owner = match[1] if match else principal
    if not is_known(owner):
        return principal == owner or principal.endswith(":root")
    return bool(re.fullmatch(r"\d{12}", owner)) and account in (owner, None)
