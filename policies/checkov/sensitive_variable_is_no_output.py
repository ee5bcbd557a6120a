"""Sensitive variables in outputs."""

from asm.graph_rule import graph_rule
from asm.hcl import HclBlock
from asm.rule import Faults


@graph_rule(
    25,
    "Ensure that no output is made from a sensitive variable",
    severity="MEDIUM",
    kinds=["variable"],
)
def find_faults(variable: HclBlock) -> Faults:
    """An output stays in the state, and `sensitive` hides it only on a terminal."""
    if variable.module or variable.get("sensitive") is not True:
        return None
    names = variable.graph.sensitive_outputs.get(variable, [])
    return [f"output {name} is made from variable {variable.name}" for name in names]
