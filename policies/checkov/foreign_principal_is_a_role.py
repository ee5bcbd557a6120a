"""Which principals of other accounts a policy allows."""

import re

from checkov.common.models.enums import CheckCategories

from asm.block import OPEN, Block
from asm.policy import (
    DOCUMENT,
    KEY_POLICIES,
    SECRET_POLICIES,
    Statement,
    faults,
    is_of_secret_or_key,
    statements_of,
)
from asm.rule import Faults, rule

ACCOUNT = re.compile(r"(?:arn:[^:]+:iam::)?(\d{12})(?::root)?")


@rule(
    23,
    "Ensure that the policy of a secret or key allows a role of another account, not all of it",
    severity="HIGH",
    category=CheckCategories.IAM,
    resources=[*SECRET_POLICIES, *KEY_POLICIES],
    data=[DOCUMENT],
)
def find_faults(block: Block) -> Faults:
    """With `:root`, that account's administrators can grant the access to any identity there."""
    account = block.account()
    if not account:
        return None

    def offends(statement: Statement) -> str:
        owners = [
            match[1] for _, name in statement.principals if (match := ACCOUNT.fullmatch(name))
        ]
        foreign = sorted({owner for owner in owners if owner != account})
        if not foreign or statement.compares("aws:principalarn"):
            return ""
        return f"allows all of account {', '.join(foreign)}"

    found = faults(
        block,
        applies=lambda statement: is_of_secret_or_key(block, statement),
        offends=offends,
    )
    names = [name for each in statements_of(block) if each.allows for _, name in each.principals]
    return found if found or OPEN not in names else None
