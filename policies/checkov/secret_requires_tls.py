"""Transport of a secret's value."""

from checkov.common.models.enums import CheckCategories

from asm.block import Block, is_known
from asm.policy import SECRET_POLICIES, Statement, all_statements
from asm.rule import Faults, rule


@rule(
    8,
    "Ensure that a secret's policy denies requests without TLS",
    severity="MEDIUM",
    category=CheckCategories.NETWORKING,
    resources=[*SECRET_POLICIES],
)
def find_faults(block: Block) -> Faults:
    """CKV_ASM_3 checks a secret without a policy, or with a policy in another configuration."""
    if block.get("policy") is None:
        return None
    statements, is_all = all_statements(block, "policy")
    if any(_denies_without_tls(statement) for statement in statements):
        return []
    if not is_all or any(_may_deny(statement) for statement in statements):
        return None
    return ["no statement denies aws:SecureTransport = false for all principals"]


def _may_deny(statement: Statement) -> bool:
    """Whether unknown values leave open that it denies."""
    decisive = [statement.effect, statement.actions, statement.principals, statement.conditions]
    return not statement.allows and not is_known(decisive)


def _denies_without_tls(statement: Statement) -> bool:
    conditions = [
        (each.operator.removesuffix("ifexists"), each.key, [value.lower() for value in each.values])
        for each in statement.conditions
    ]
    return (
        not statement.allows
        and statement.covers_all_of("secretsmanager")
        and "*" in {name for _, name in statement.principals}
        and conditions == [("bool", "aws:securetransport", ["false"])]
    )
