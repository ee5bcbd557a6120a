"""Deletion of a secret."""

from checkov.common.models.enums import CheckCategories

from asm.block import Block, is_known
from asm.rule import Faults, rule

PRODUCTION = {"prod", "production", "prd", "live"}


@rule(
    10,
    "Ensure that a deleted production secret can be restored for at least 7 days",
    severity="MEDIUM",
    category=CheckCategories.BACKUP_AND_RECOVERY,
    resources=["aws_secretsmanager_secret"],
)
def find_faults(secret: Block) -> Faults:
    """A secret is for production unless its tag Environment has another value."""
    days = secret.get("recovery_window_in_days")
    if not is_known(days):
        return None
    if days is None or int(days) > 0:
        return []
    tags, is_all = secret.tags()
    environment = tags.get("Environment")
    if environment is None:
        return ["recovery_window_in_days is 0"] if is_all else None
    if not is_known(environment):
        return None
    is_production = str(environment).lower() in PRODUCTION
    return [f"recovery_window_in_days is 0 in {environment}"] if is_production else []
