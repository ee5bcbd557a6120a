"""Tags of a secret."""

import os

from checkov.common.models.enums import CheckCategories

from asm.block import Block
from asm.rule import Faults, rule

REQUIRED = [
    tag.strip()
    for tag in os.environ.get("CKV_ASM_REQUIRED_TAGS", "Environment,Project").split(",")
    if tag.strip()
]


@rule(
    19,
    "Ensure that a secret has the required tags",
    severity="LOW",
    category=CheckCategories.CONVENTION,
    resources=["aws_secretsmanager_secret"],
)
def find_faults(secret: Block) -> Faults:
    """CKV_ASM_REQUIRED_TAGS names them, separated by commas."""
    tags, is_all = secret.tags()
    missing = [tag for tag in REQUIRED if tags.get(tag) in (None, "")]
    if missing and not is_all:
        return None
    return [f"tag {tag} is missing" for tag in missing]
