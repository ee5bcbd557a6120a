"""Rotation of a secret."""

from checkov.common.models.enums import CheckCategories

from asm.block import Block, is_known
from asm.rule import Faults, rule
from asm.schedule import days_between

ROTATION = "aws_secretsmanager_secret_rotation"
EXCEPTION = "RotationException"
SHORTEST_REASON = 10
MOST_DAYS = 90


@rule(
    9,
    "Ensure that a secret rotates within 90 days, or has a tag RotationException with a reason",
    severity="MEDIUM",
    category=CheckCategories.GENERAL_SECURITY,
    resources=["aws_secretsmanager_secret"],
)
def find_faults(secret: Block) -> Faults:
    """A reason has at least ten characters."""
    tags, is_all = secret.tags()
    reason = str(tags.get(EXCEPTION, ""))
    if is_known(reason) and len(reason.strip()) >= SHORTEST_REASON:
        return []
    for rotation in secret.attached(ROTATION, "secret_id"):
        days = _days(rotation)
        if days is None or not secret.surely_has(rotation):
            return None
        return [f"up to {days:g} days between rotations"] if days > MOST_DAYS else []
    is_open = any(other.references("secret_id").is_open for other in secret.peers(ROTATION))
    if not is_all or is_open or not is_known(reason):
        return None
    return [f"no {ROTATION}, and no tag {EXCEPTION} with a reason"]


def _days(rotation: Block) -> float | None:
    """Longest time between two rotations in days. None if it is not known."""
    for rules in rotation.blocks("rotation_rules"):
        days, schedule = rules.get("automatically_after_days"), rules.get("schedule_expression")
        if schedule and is_known(schedule):
            return days_between(str(schedule))
        if days and is_known(days):
            return float(days)
    return None
