"""`make scan` passes here, and reports as a fault what checkov silently passes."""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness import checkov, leaks
from harness.checkov import CheckovError, Result
from tools import scan
from tools.environments import ROOT
from tools.scan import MADE_UP, REPORTS, RULES, Skip, SkipError

FAILED = Result(
    mode="plan",
    rule="CKV_AWS_7",
    name="Ensure rotation",
    scanned="examples/database-credentials",
    resource='module.credentials.aws_kms_key.this["a.b"]',
    file="key.tf",
    line=1,
    outcome="failed",
    advice="See the guideline.",
    severity="HIGH",
)
ENTRY = {
    "rule": "CKV_AWS_7",
    "file": "key.tf",
    "resource": "module.credentials.aws_kms_key.this",
    "reason": "Keys of a tutorial need no rotation.",
}
SKIP = Skip(1, **ENTRY)
BROKEN_RULE = """
from checkov.common.models.enums import CheckCategories
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

class Rule(BaseResourceCheck):
    def __init__(self):
        super().__init__("A rule", "CKV_ASM_1", [CheckCategories.IAM], ["aws_kms_key"])

    def scan_resource_conf(self, conf):
        return conf["policy"]

Rule()
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one module and one example."""
    for folder, hcl in {
        "modules/topic": 'resource "aws_kms_key" "this" {}\n',
        "examples/one": 'module "topic" {\n  source = "../../modules/topic"\n}\n',
    }.items():
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "main.tf").write_text(hcl)
    return tmp_path


@pytest.fixture(scope="module")
def run() -> Iterator[tuple["subprocess.CompletedProcess[str]", list[Path]]]:
    """`make scan` with a separate emulator and temporary folder, and the files left there."""
    foreign = ("AWS_", "LOCALSTACK_", "TF_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    with tempfile.TemporaryDirectory() as folder:
        path = os.pathsep.join(sys.path)
        finished = subprocess.run(
            [sys.executable, "-m", "tools.scan"],
            env=kept | {"TMPDIR": folder, "PYTHONPATH": path, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        yield finished, list(Path(folder).iterdir())


@pytest.mark.exhaustive
def test_this_repository_has_no_finding(
    run: tuple["subprocess.CompletedProcess[str]", list[Path]],
) -> None:
    finished, left = run

    assert finished.returncode == 0, finished.stdout + finished.stderr
    for example in sorted(ROOT.glob("examples/*")):
        rows = [
            line for line in finished.stdout.splitlines() if f"examples/{example.name} " in line
        ]
        assert [row.split()[0] for row in rows] == ["hcl", "plan"]
    assert left == []
    assert not list(RULES.rglob("__pycache__"))


@pytest.mark.exhaustive
@pytest.mark.usefixtures("run")
def test_its_reports_have_all_modes_and_no_value() -> None:
    sarif, junit = REPORTS / "checkov.sarif", REPORTS / "checkov.xml"

    assert [run["results"] for run in json.loads(sarif.read_text())["runs"]] == [[], [], []]
    suites = {suite.get("name") for suite in ElementTree.parse(junit).getroot()}  # noqa: S314
    assert {"checkov hcl", "checkov plan"} <= suites
    assert leaks.find(MADE_UP, [sarif, junit]) == []


def test_a_skip_accepts_the_failure_that_it_names() -> None:
    (result,) = scan.skip([FAILED], [SKIP])

    assert (result.outcome, result.advice) == ("skipped", SKIP.reason)


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "CKV_AWS_999"},
        {"file": "main.tf"},
        {"resource": "module.orders.aws_kms_key.this"},
        {"mode": "hcl"},
        {"scanned": "examples/api-key"},
    ],
    ids=["rule", "file", "resource", "mode", "scanned"],
)
def test_a_skip_that_names_something_else_accepts_nothing_and_is_a_fault(
    change: dict[str, str],
) -> None:
    kept, stale = scan.skip([FAILED], [dataclasses.replace(SKIP, line=7, **change)])

    assert kept == FAILED
    assert (stale.rule, stale.file, stale.line) == ("SCAN_STALE_SKIP", "policies/skips.toml", 7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reason": None}, r"skips.toml:2: .* missing 1 required positional argument: 'reason'"),
        ({"reason": "false alarm"}, r"skips.toml:2: give the reason for the skip in a sentence"),
        ({"resources": "*"}, r"skips.toml:2: .* unexpected keyword argument 'resources'"),
    ],
    ids=["no reason", "no sentence", "unknown field"],
)
def test_a_skip_without_a_reason_or_with_a_field_too_many_is_refused(
    change: dict[str, str | None], message: str, tmp_path: Path
) -> None:
    fields = "".join(f'{name} = "{value}"\n' for name, value in (ENTRY | change).items() if value)
    (tmp_path / "skips.toml").write_text(f"# Skips\n[[skip]]\n{fields}")

    with pytest.raises(SkipError, match=message):
        scan.load_skips(tmp_path / "skips.toml")


def test_a_comment_that_skips_a_rule_is_a_fault(repository: Path) -> None:
    file = repository / "modules" / "topic" / "main.tf"
    file.write_text('resource "aws_kms_key" "this" {\n  # checkov:skip=CKV_AWS_7:no time\n}\n')

    (found,) = scan.inline_skips(repository)

    assert (found.rule, found.file, found.line) == ("SCAN_INLINE_SKIP", "modules/topic/main.tf", 2)


def test_an_example_without_a_judgement_in_one_mode_is_a_fault(repository: Path) -> None:
    seen = dataclasses.replace(FAILED, mode="hcl", scanned="examples/one")

    (found,) = scan.idle_examples(repository, [seen])

    assert (found.rule, found.file) == ("SCAN_NOT_RUN", "examples/one/main.tf")
    assert "mode plan" in found.advice


def test_a_resource_type_that_no_example_makes_is_a_fault(repository: Path) -> None:
    planned = {"address": "aws_kms_key.this", "type": "aws_kms_key", "mode": "managed"}

    (found,) = scan.idle_types(repository, "{}")
    assert (found.rule, found.file) == ("SCAN_NOT_RUN", "modules/topic/main.tf")
    assert not list(scan.idle_types(repository, json.dumps({"resource_changes": [planned]})))


@pytest.mark.parametrize(
    "text", ['@rule(\n    7,\n    "Name",\n)', 'self.id = "CKV_ASM_7"'], ids=["decorator", "class"]
)
def test_a_rule_that_judged_nothing_is_a_fault(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "ROOT", tmp_path)
    (tmp_path / "rule.py").write_text(text)

    (found,) = scan.idle_rules(tmp_path, [FAILED])
    assert (found.rule, found.file) == ("SCAN_NOT_RUN", "rule.py")
    assert "CKV_ASM_7 " in found.advice
    assert not list(scan.idle_rules(tmp_path, [dataclasses.replace(FAILED, rule="CKV_ASM_7")]))


def test_a_rule_that_breaks_is_an_error(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rules = tmp_path_factory.mktemp("rules")
    (rules / "__init__.py").touch()
    (rules / "rule.py").write_text(BROKEN_RULE)

    with pytest.raises(CheckovError, match="KeyError: 'policy'"):
        checkov.scan_hcl(repository, rules)


def test_a_folder_without_rules_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "ROOT", tmp_path)

    (found,) = scan.idle_rules(tmp_path / "moved", [FAILED])

    assert (found.rule, found.file) == ("SCAN_NOT_RUN", "moved")


def test_a_finding_is_told_once_for_all_resources_that_have_it() -> None:
    hcl = dataclasses.replace(FAILED, mode="hcl", resource="aws_kms_key.this", scanned=".")

    passed = dataclasses.replace(FAILED, outcome="passed", line=9)
    (told,) = scan.findings([FAILED, hcl, passed])

    assert told.splitlines() == [
        "CKV_AWS_7 HIGH Ensure rotation",
        "  key.tf:1",
        "  hcl . aws_kms_key.this",
        f"  plan examples/database-credentials {FAILED.resource}",
        "  See the guideline.",
    ]
