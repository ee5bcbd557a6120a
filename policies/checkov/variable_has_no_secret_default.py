"""Secret values in defaults of variables."""

from asm import names
from asm.graph_rule import graph_rule
from asm.hcl import HclBlock
from asm.rule import Faults


@graph_rule(
    13,
    "Ensure that no variable has a secret value as its default",
    severity="HIGH",
    kinds=["variable"],
)
def find_faults(variable: HclBlock) -> Faults:
    """Checkov keeps no lines for a local, so it cannot show a finding on one."""
    found = [
        f"{place} is a secret value"
        for place, is_certain in names.secrets_in(variable.name, variable.get("default"))
        if is_certain
    ]
    return found if found or names.is_secret(variable.name) else None
