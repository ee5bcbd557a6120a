"""Secret values in defaults of variables."""

from collections.abc import Iterator
from typing import Any, override

from checkov.common.bridgecrew.severities import Severities
from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.common.graph.checks_infra.base_check import BaseGraphCheck
from checkov.common.models.enums import CheckCategories
from checkov.common.typing import LibraryGraph
from checkov.runner_filter import RunnerFilter

from asm import names
from asm.block import Value, is_known
from asm.hcl import graph_of
from asm.rule import GUIDELINES

type Vertices = list[dict[str, Any]]


class VariableHasNoSecretDefault(BaseGraphCheck):
    """checkov knows rules for resources and data sources only; one for variables reads the graph.

    A plan has no variables, so it is HCL alone that decides.
    """

    def __init__(self) -> None:
        super().__init__()
        self.id = "CKV_ASM_13"
        self.name = "Ensure that no variable has a secret value as its default"
        self.category = CheckCategories.SECRETS.name
        self.severity = Severities["HIGH"]
        self.guideline = f"{GUIDELINES}#ckv_asm_13"

    @override
    def run(self, graph_connector: LibraryGraph) -> tuple[Vertices, Vertices, Vertices]:
        passed: Vertices = []
        failed: Vertices = []
        for variable in graph_of(graph_connector).of_kind("variable"):
            default = _texts(variable.name, variable.get("default"))
            secrets = [text for name, text in default if names.is_secret(name)]
            if any(text and is_known(text) for text in secrets):
                failed.append(variable.vertex)
            elif secrets or names.is_secret(variable.name):
                passed.append(variable.vertex)
        return passed, failed, []


def _texts(name: str, value: Value) -> Iterator[tuple[str, str]]:
    """Each string in a value, with the name that it stands under."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, list):
        for element in value:
            yield from _texts(name, element)
    elif isinstance(value, dict):
        for key, element in value.items():
            yield from _texts(key, element)


check = VariableHasNoSecretDefault()
RunnerFilter.notify_external_check(check.id)
if check.id not in {other.id for other in get_graph_checks_registry("terraform").checks}:
    get_graph_checks_registry("terraform").checks.append(check)
