"""Runs checkov and reports what each of its rules found, and which rules did not run at all.

checkov's exit code is not reliable. It is 0 for a file that it cannot parse and for a folder of
rules that it cannot load. It is 0 if a rule silently skips a resource. So this reads its JSON.
"""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tools.environments import VENV

CHECKOV = VENV / "checkov" / "bin" / "checkov"
NOWHERE = "http://127.0.0.1:1"  # no scan may reach the network
_INDEX = re.compile(r'\[(?:\d+|"[^"]*")\]')
_OUTCOMES = {"passed_checks": "passed", "failed_checks": "failed"}

type Mode = Literal["hcl", "plan", "self"]

# Rules of checkov that must give a result for each planned resource of a type. A rule that cannot
# decide gives no result, which looks like a pass.
EXPECTED = {
    "aws_secretsmanager_secret": {"CKV_AWS_149", "CKV2_AWS_57"},
    "aws_secretsmanager_secret_rotation": {"CKV_AWS_304"},
    "aws_kms_key": {"CKV_AWS_7", "CKV_AWS_33", "CKV_AWS_227", "CKV2_AWS_64"},
    "aws_lambda_function": {"CKV_AWS_50", "CKV_AWS_115", "CKV_AWS_117", "CKV_AWS_363"},
    "aws_ecs_task_definition": {"CKV_AWS_249", "CKV_AWS_334", "CKV_AWS_335", "CKV_AWS_336"},
    "aws_cloudwatch_log_group": {"CKV_AWS_66", "CKV_AWS_158", "CKV_AWS_338"},
    "aws_vpc": {"CKV2_AWS_11", "CKV2_AWS_12"},
    "aws_security_group": {"CKV2_AWS_5", "CKV_AWS_23"},
    "aws_vpc_security_group_ingress_rule": {
        "CKV_AWS_23",
        "CKV_AWS_24",
        "CKV_AWS_25",
        "CKV_AWS_260",
        "CKV_AWS_277",
    },
    "aws_cloudwatch_metric_alarm": {"CKV_AWS_319"},
    "aws_sns_topic": {"CKV_AWS_26"},
    "aws_sns_topic_policy": {"CKV_AWS_169"},
}


class CheckovError(Exception):
    """checkov gave no result, or not for all rules; the message holds its output."""


@dataclass(frozen=True)
class Result:
    """The result of a rule for one resource.

    `mode` is "hcl", "plan", or "self" for the scan's own rules (SCAN_*), which report what was not
    scanned. `scanned` is the module or example that was scanned, `resource` the address within it,
    `file` relative to the scanned folder. `outcome` is "passed", "failed" or "skipped". `severity`
    is LOW, MEDIUM, HIGH, CRITICAL, or empty, as it is for all rules that come with checkov.
    `advice` gives details and may be empty.
    """

    mode: Mode
    rule: str
    name: str
    scanned: str
    resource: str
    file: str
    line: int
    outcome: str
    advice: str
    severity: str = ""

    @property
    def address(self) -> str:
        """The resource's address without the indices of `count` and `for_each`."""
        return _INDEX.sub("", self.resource)


# The scan's own rules.
NAMES = {
    "SCAN_NOT_PARSED": "checkov cannot parse a file",
    "SCAN_NOT_RUN": "A rule has judged nothing",
    "SCAN_INLINE_SKIP": "A comment skips a rule",
    "SCAN_STALE_SKIP": "A skip skips nothing",
}


def fault(rule: str, file: str, line: int, advice: str, resource: str = "") -> Result:
    """Failure of one of the scan's own rules."""
    return Result("self", rule, NAMES[rule], "scan", resource, file, line, "failed", advice)


def scan_hcl(folder: Path, rules: Path) -> list[Result]:
    """Results for all HCL below the folder, by checkov's rules and those in the folder `rules`."""
    answer = _run(folder, rules, "--framework", "terraform", "--directory", ".")
    results = [_result("hcl", check, outcome) for check, outcome in _checks(answer)]
    for file in answer.get("results", {}).get("parsing_errors", []):
        place = os.path.relpath(folder / file, folder)
        advice = "Fix its syntax: nothing in it was scanned."
        results.append(fault("SCAN_NOT_PARSED", place, 1, advice))
    return results


def scan_plan(folder: Path, plan: str, rules: Path) -> list[Result]:
    """Results for a plan of that folder, in the JSON of `terraform show -json`.

    They include a failure for each rule of EXPECTED that gave no result for a resource.
    """
    file = folder / "plan.json"
    file.write_text(plan)
    try:
        answer = _run(folder, rules, "--framework", "terraform_plan", "--file", file.name)
    finally:
        file.unlink()
    declarations = _Declarations(folder)
    results = []
    for check, outcome in _checks(answer):
        place, line = declarations.find(check["resource"])
        at = {"file_path": place, "file_line_range": [line, line]}
        results.append(_result("plan", {**check, **at}, outcome))
    judged = {(result.resource, result.rule) for result in results}
    for kind, address in planned(plan):
        for rule in sorted(EXPECTED.get(kind, set())):
            if (address, rule) not in judged:
                advice = f"{rule} gave no answer, so it may not be obeyed: find out why."
                results.append(fault("SCAN_NOT_RUN", *declarations.find(address), advice, address))
    return results


def planned(plan: str) -> list[tuple[str, str]]:
    """Type and address of each managed resource of a plan."""
    changes = json.loads(plan).get("resource_changes", [])
    return [(each["type"], each["address"]) for each in changes if each["mode"] == "managed"]


def _run(folder: Path, rules: Path, *target: str) -> Mapping[str, Any]:
    """Output of checkov, which runs only with the settings given here.

    Otherwise it reads .checkov.yaml in the working and home folders, and CKV_* variables. Raises
    CheckovError also if a rule breaks: checkov logs that, and continues without its result.
    """
    home = tempfile.gettempdir()
    command: list[str | Path] = [CHECKOV, *target]
    command += ["--external-checks-dir", rules, "--skip-download", "--output", "json"]
    result = subprocess.run(
        command,
        cwd=folder,
        env={
            "HOME": home,
            "TMPDIR": home,
            "PYTHONPYCACHEPREFIX": str(VENV / "cache" / "python"),
            "CKV_SKIP_PACKAGE_UPDATE_CHECK": "True",  # else it asks PyPI for a newer release
            "HTTP_PROXY": NOWHERE,
            "HTTPS_PROXY": NOWHERE,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        answer: Mapping[str, Any] = json.loads(result.stdout)
    except ValueError:
        raise CheckovError(f"checkov gave no JSON:\n{result.stdout}{result.stderr}") from None
    if "Traceback" in result.stderr:
        raise CheckovError(f"A rule of checkov broke:\n{result.stderr}")
    return answer


def _checks(answer: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each check and its outcome. tools/scan.py refuses comments that skip a check."""
    for key, outcome in _OUTCOMES.items():
        for check in answer.get("results", {}).get(key, []):
            yield check, outcome


def _result(mode: Mode, check: Mapping[str, Any], outcome: str) -> Result:
    file = check["file_path"].removeprefix("/")
    return Result(
        mode=mode,
        rule=check["check_id"],
        name=check["check_name"],
        scanned=str(Path(file).parent),
        resource=check["resource"],
        file=file,
        line=check["file_line_range"][0],
        outcome=outcome,
        advice="; ".join([*check["details"], *filter(None, [check["guideline"]])]),
        severity=check["severity"] or "",
    )


class _Declarations:
    """Finds the block of an address in the modules that Terraform has installed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        manifest = json.loads((folder / ".terraform/modules/modules.json").read_text())
        self._folders = {module["Key"]: module["Dir"] for module in manifest["Modules"]}

    def find(self, address: str) -> tuple[str, int]:
        """File and line of the block with this address; LookupError if there is none."""
        *path, kind, name = _INDEX.sub("", address).split(".")
        # `data` in the path, and `aws.default` for a provider, need no special case.
        blocks = (f'resource "{kind}" "{name}"', f'data "{kind}" "{name}"', f'provider "{kind}"')
        module = self._folders[".".join(path[1::2])]
        for file in sorted((self._folder / module).glob("*.tf")):
            for number, line in enumerate(file.read_text().splitlines(), 1):
                if line.startswith(blocks):
                    return str(file.relative_to(self._folder)), number
        raise LookupError(f"no block in {module} declares {address}")
