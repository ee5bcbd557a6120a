"""Whom a secret's or key's policy allows."""

from checkov.common.models.enums import CheckCategories

from asm.block import Block
from asm.policy import (
    DOCUMENT,
    KEY_POLICIES,
    SECRET_POLICIES,
    Statement,
    faults,
    is_of_secret_or_key,
)
from asm.rule import Faults, rule


@rule(
    4,
    "Ensure that the policy of a secret or key names its principals or restricts them",
    severity="CRITICAL",
    category=CheckCategories.IAM,
    resources=[*SECRET_POLICIES, *KEY_POLICIES],
    data=[DOCUMENT],
)
def find_faults(block: Block) -> Faults:
    """`*` passes with a fixed organization, account, principal, source, VPC or endpoint."""
    return faults(
        block,
        applies=lambda statement: is_of_secret_or_key(block, statement),
        offends=_offends,
    )


def _offends(statement: Statement) -> str:
    return (
        "allows all principals, without a condition that restricts them"
        if statement.is_public
        else ""
    )
