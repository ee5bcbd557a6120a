"""Role of a rotation function."""

from collections.abc import Iterator

from checkov.common.models.enums import CheckCategories

from asm.block import OPEN, Block
from asm.functions import is_rotation_function
from asm.policy import IDENTITY_POLICIES, Statement, all_statements
from asm.rule import Faults, rule

# AWS managed policies that allow to read every secret.
BROAD = ("/AdministratorAccess", "/PowerUserAccess", "/SecretsManagerReadWrite")
ATTACHMENT = "aws_iam_role_policy_attachment"


@rule(
    17,
    "Ensure that a rotation function has a separate role, only for the secrets that it rotates",
    severity="HIGH",
    category=CheckCategories.IAM,
    resources=["aws_lambda_function"],
)
def find_faults(function: Block) -> Faults:
    """The rule cannot know what the code needs. It finds a shared role and too broad policies."""
    if not is_rotation_function(function):
        return None
    roles = function.references("role").of("aws_iam_role")
    if not roles:
        return None
    (role, *_) = roles
    sharers = list(role.attached("aws_lambda_function", "role"))
    found = ["another function has the same role"] if len(sharers) > 1 else []
    is_all_known = True
    for policy in _policies(role):
        statements, is_all = all_statements(policy, IDENTITY_POLICIES[policy.type])
        is_all_known &= is_all and not any(_is_broad(each.at_worst()) for each in statements)
        found += [f"its role's {each} is too broad" for each in statements if _is_broad(each)]
    for attachment in role.attached(ATTACHMENT, "role"):
        arn = str(attachment.get("policy_arn"))
        found += [f"its role has {arn}"] if arn.endswith(BROAD) else []
        is_all_known &= arn != OPEN
    return found if found or is_all_known else None


def _policies(role: Block) -> Iterator[Block]:
    yield from role.attached("aws_iam_role_policy", "role")
    for attachment in role.attached(ATTACHMENT, "role"):
        yield from attachment.references("policy_arn").of("aws_iam_policy")


def _is_broad(statement: Statement) -> bool:
    """Whether it allows all actions on secrets, or to read or change all secrets."""
    actions = ("GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")
    is_about_values = any(statement.covers(f"secretsmanager:{action}") for action in actions)
    return statement.allows and (
        statement.covers_all_of("secretsmanager")
        or (is_about_values and statement.is_about_all_secrets())
    )
