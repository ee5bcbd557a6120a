"""Registers a rule for blocks that checkov's usual rules cannot check: variables.

checkov passes the whole graph to this kind of rule. A plan has no variables, so the rule works only
in HCL.
"""

from collections.abc import Callable, Iterable
from typing import Any, override

from checkov.common.bridgecrew.severities import Severities
from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.common.graph.checks_infra.base_check import BaseGraphCheck
from checkov.common.models.enums import CheckCategories
from checkov.common.typing import LibraryGraph
from checkov.runner_filter import RunnerFilter

from asm.hcl import HclBlock, graph_of
from asm.rule import GUIDELINES, Faults

type Vertices = list[dict[str, Any]]


def graph_rule(
    number: int, name: str, *, severity: str, kinds: Iterable[str]
) -> Callable[[Callable[[HclBlock], Faults]], Callable[[HclBlock], Faults]]:
    """Register a function that finds the faults of a block as the rule CKV_ASM_<number>.

    `kinds` are the kinds of blocks to check, such as `variable`.
    """

    def register(find_faults: Callable[[HclBlock], Faults]) -> Callable[[HclBlock], Faults]:
        check = _GraphCheck(find_faults, kinds)
        check.id = f"CKV_ASM_{number}"
        check.name = name
        check.category = CheckCategories.SECRETS.name
        check.severity = Severities[severity]
        check.guideline = f"{GUIDELINES}#{check.id.lower()}"
        RunnerFilter.notify_external_check(check.id)
        registry = get_graph_checks_registry("terraform")
        if check.id not in {other.id for other in registry.checks}:
            registry.checks.append(check)
        return find_faults

    return register


class _GraphCheck(BaseGraphCheck):
    def __init__(self, find_faults: Callable[[HclBlock], Faults], kinds: Iterable[str]) -> None:
        super().__init__()
        self._find_faults = find_faults
        self._kinds = kinds
        self._faults: list[str] = []

    @override
    def run(self, graph_connector: LibraryGraph) -> tuple[Vertices, Vertices, Vertices]:
        passed: Vertices = []
        failed: Vertices = []
        self._faults = []
        graph = graph_of(graph_connector)
        for block in [block for kind in self._kinds for block in graph.of_kind(kind)]:
            faults = self._find_faults(block)
            if faults:
                failed.append(block.vertex)
                self._faults += faults
            elif faults is not None:
                passed.append(block.vertex)
        return passed, failed, []

    @override
    def get_evaluated_keys(self) -> list[str]:
        """What is wrong. The result of this kind of rule has no other place for it."""
        return self._faults
