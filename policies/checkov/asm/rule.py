"""Registers a rule with checkov, for resources and data sources, in HCL and in plan JSON."""

import functools
from collections.abc import Callable, Iterable
from typing import Any, override

from checkov.common.bridgecrew.severities import Severities
from checkov.common.checks.base_check import BaseCheck
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.common.typing import LibraryGraph
from checkov.terraform.checks.data.base_check import BaseDataCheck
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from asm.block import Block
from asm.hcl import graph_of
from asm.plan import plan_of

GUIDELINES = (
    "https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager/blob/main/policies/README.md"
)

# What is wrong with a block, one line for each fault; empty if nothing is wrong. None: the rule
# does not apply to the block, or the known values do not decide.
type Faults = list[str] | None


def rule(
    number: int,
    name: str,
    *,
    severity: str,
    category: CheckCategories,
    resources: Iterable[str] = (),
    data: Iterable[str] = (),
) -> Callable[[Callable[[Block], Faults]], Callable[[Block], Faults]]:
    """Register a function that finds the faults of a block as the rule CKV_ASM_<number>.

    `severity` is LOW, MEDIUM, HIGH or CRITICAL; `resources` and `data` are the types to check.
    """

    def register(find_faults: Callable[[Block], Faults]) -> Callable[[Block], Faults]:
        id_ = f"CKV_ASM_{number}"
        about = {
            "name": name,
            "id": id_,
            "categories": [category],
            "guideline": f"{GUIDELINES}#{id_.lower()}",
        }
        checks: list[BaseCheck] = []
        if resources:
            checks.append(_ResourceCheck(find_faults, supported_resources=list(resources), **about))
        if data:
            checks.append(_DataCheck(find_faults, supported_data=list(data), **about))
        for check in checks:
            check.severity = Severities[severity]
        return find_faults

    return register


class _ResourceCheck(BaseResourceCheck):
    def __init__(self, find_faults: Callable[[Block], Faults], **about: object) -> None:
        super().__init__(**about)
        self._find_faults = find_faults

    @override
    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        return _judge(self, conf, self._find_faults)


class _DataCheck(BaseDataCheck):
    def __init__(self, find_faults: Callable[[Block], Faults], **about: object) -> None:
        super().__init__(**about)
        self._find_faults = find_faults

    @override
    def scan_data_conf(self, conf: dict[str, Any]) -> CheckResult:
        return _judge(self, conf, self._find_faults)


def _judge(
    check: BaseCheck, conf: dict[str, Any], find_faults: Callable[[Block], Faults]
) -> CheckResult:
    found = [find_faults(block) for block in _block(check, conf).instances()]
    faults = list(dict.fromkeys(fault for each in found for fault in each or []))
    check.details = faults
    if faults:
        return CheckResult.FAILED
    return CheckResult.PASSED if found and None not in found else CheckResult.UNKNOWN


def _block(check: BaseCheck, conf: dict[str, Any]) -> Block:
    # checkov names the file relative to the folder that it scans.
    file = check.entity_path.partition(":")[0]
    if not file.endswith(".json"):
        return graph_of(check.graph).block(conf)
    return plan_of(_plan_file(check.graph, file)).block(conf["__address__"])


@functools.cache
def _plan_file(graph: LibraryGraph, name: str) -> str:
    files: set[str] = {vertex["file_path_"] for _, vertex in graph.nodes()}
    return min((each for each in files if each.endswith(name)), key=len)
