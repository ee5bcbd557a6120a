"""Secret values in locals."""

from asm.graph_rule import graph_rule
from asm.hcl import SHOWING, HclBlock
from asm.rule import Faults


@graph_rule(
    27,
    "Ensure that no local has a secret value",
    severity="HIGH",
    kinds=SHOWING,
)
def find_faults(block: HclBlock) -> Faults:
    """The block shows what is wrong with locals: checkov keeps no lines for one."""
    shown = block.graph.secret_locals.get(block)
    if shown is None:
        return None
    return [f"local.{place} is a secret value" for places in shown.values() for place in places]
