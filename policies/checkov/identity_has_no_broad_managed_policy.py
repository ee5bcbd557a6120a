"""AWS managed policies that allow to read and change every secret."""

from collections.abc import Iterable

from checkov.common.models.enums import CheckCategories

from asm.block import Block, Value, is_known
from asm.rule import Faults, rule

BROAD = ":policy/SecretsManagerReadWrite"


@rule(
    26,
    "Ensure that no identity has the managed policy SecretsManagerReadWrite",
    severity="HIGH",
    category=CheckCategories.IAM,
    resources=[
        "aws_iam_role_policy_attachment",
        "aws_iam_user_policy_attachment",
        "aws_iam_group_policy_attachment",
        "aws_iam_policy_attachment",
        "aws_iam_role_policy_attachments_exclusive",
        "aws_iam_role",
        "aws_ssoadmin_managed_policy_attachment",
    ],
)
def find_faults(block: Block) -> Faults:
    """The policy allows all actions on all secrets. A reader needs two actions on one secret."""
    given = [
        value
        for name in ("policy_arn", "policy_arns", "managed_policy_arns", "managed_policy_arn")
        for value in _texts(block.get(name))
    ]
    if any(value.endswith(BROAD) for value in given):
        return [f"has {BROAD.removeprefix(':policy/')}"]
    return [] if given and is_known(given) else None


def _texts(value: Value) -> Iterable[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value]) if each]
