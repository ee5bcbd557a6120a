"""Writes the results of a scan as SARIF 2.1.0, for code scanning, and as JUnit XML.

checkov also writes both, but for one mode only, and without policies/skips.toml.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from harness.checkov import Result

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"LOW": "note", "MEDIUM": "warning"}


def write(results: Sequence[Result], folder: Path) -> list[Path]:
    """Write `checkov.sarif` and `checkov.xml` into the folder, created if missing; return both."""
    folder.mkdir(exist_ok=True)
    sarif, junit = folder / "checkov.sarif", folder / "checkov.xml"
    sarif.write_text(json.dumps(_sarif(results), indent=2) + "\n")
    ET.ElementTree(_junit(results)).write(junit, encoding="utf-8", xml_declaration=True)
    return [sarif, junit]


def _sarif(results: Sequence[Result]) -> dict[str, Any]:
    """A run for each mode, even for one without a finding: an empty run closes old alerts.

    It omits skipped findings: code scanning raises an alert for them despite `suppressions`.
    """
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            _run(mode, [each for each in results if (each.mode, each.outcome) == (mode, "failed")])
            for mode in ("hcl", "plan", "self")
        ],
    }


def _run(mode: str, failed: Sequence[Result]) -> dict[str, Any]:
    names = {result.rule: result.name for result in failed}
    return {
        "tool": {
            "driver": {
                "name": "checkov",
                "informationUri": "https://www.checkov.io",
                "rules": [
                    {"id": rule, "shortDescription": {"text": name}} for rule, name in names.items()
                ],
            }
        },
        # With this id, code scanning separates the alerts of the modes.
        "automationDetails": {"id": f"checkov/{mode}/"},
        "results": [_sarif_result(result) for result in failed],
    }


def _sarif_result(result: Result) -> dict[str, Any]:
    text = " ".join(filter(None, [f"{result.name}.", result.resource, result.advice]))
    return {
        "ruleId": result.rule,
        "level": _LEVELS.get(result.severity, "error"),
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": result.file, "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": result.line},
                }
            }
        ],
    }


def _junit(results: Iterable[Result]) -> ET.Element:
    """A suite for each mode, with a test case for each rule and resource."""
    suites: dict[str, list[Result]] = {}
    for result in results:
        suites.setdefault(result.mode, []).append(result)
    root = ET.Element("testsuites", name="checkov")
    for mode, cases in suites.items():
        outcomes = [case.outcome for case in cases]
        suite = ET.SubElement(
            root,
            "testsuite",
            name=f"checkov {mode}",
            tests=str(len(cases)),
            failures=str(outcomes.count("failed")),
            skipped=str(outcomes.count("skipped")),
            errors="0",
        )
        for case in cases:
            name = f"{case.rule} {case.resource}".strip()
            element = ET.SubElement(suite, "testcase", classname=case.file, name=name)
            if case.outcome != "passed":
                tag = "failure" if case.outcome == "failed" else "skipped"
                outcome = ET.SubElement(element, tag, message=case.name)
                outcome.text = f"{case.file}:{case.line} {case.advice}"
    return root
