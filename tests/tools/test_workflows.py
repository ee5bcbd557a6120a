"""Workflows are pinned and frugal, as `make lint` checks; the users' one does what it says."""

import json
import os
import re
import shutil
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest

from harness.checkov import CHECKOV
from tools import lint
from tools.debian import PACKAGES
from tools.environments import ROOT

CI = ROOT / ".github" / "workflows" / "ci.yaml"
SCAN = ROOT / "policies" / "github-actions-scan.yaml"
CHECKOUT = re.findall(r"actions/checkout@\w+ # v[\d.]+", CI.read_text())[0]
PUBLIC = """
resource "aws_secretsmanager_secret_policy" "this" {
  secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:orders-AbCdEf"
  policy     = "{}"
}
"""


@pytest.mark.parametrize(
    ("sound", "faulty", "check"),
    [
        (CHECKOUT, "actions/checkout@v6", "zizmor"),
        ("permissions: {}", "permissions: write-all", "zizmor"),
        ("run: make test-all", "run: echo ${{ github.event.pull_request.title }}", "zizmor"),
        ("    timeout-minutes: 30\n", "", "workflow time limits"),
        ("runs-on: ubuntu-24.04", "run-on: ubuntu-24.04", "workflow schema"),
    ],
    ids=["tag", "permissions", "injection", "no time limit", "no such key"],
)
def test_a_faulty_workflow_is_found(sound: str, faulty: str, check: str, tmp_path: Path) -> None:
    text = CI.read_text()
    assert sound in text
    file = tmp_path / "workflow.yaml"
    command = lint.workflow_commands([file])[check]

    file.write_text(text)
    assert not lint.run(*command)
    file.write_text(text.replace(sound, faulty))
    assert lint.run(*command)


@pytest.mark.parametrize("form", lint.ISSUE_FORMS, ids=lambda form: form.name)
def test_a_faulty_issue_form_is_found(form: Path, tmp_path: Path) -> None:
    text = form.read_text()
    file = tmp_path / "form.yaml"
    command = lint.issue_forms_command([file])

    file.write_text(text)
    assert not lint.run(*command)
    file.write_text(text.replace("type: textarea", "type: text"))
    assert lint.run(*command)


@pytest.mark.parametrize("file", lint.WORKFLOWS, ids=lambda file: file.name)
def test_an_action_is_pinned_with_its_version_beside(file: Path) -> None:
    uses = re.findall(r"uses: (.*)", file.read_text())

    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_one_action_has_one_version() -> None:
    pins = re.findall(r"uses: (.*)@(.*)", "".join(file.read_text() for file in lint.WORKFLOWS))

    assert len(set(pins)) == len(dict(pins))


def test_ci_runs_the_tests_and_uploads_the_reports_of_the_scan() -> None:
    text = CI.read_text()

    install, test = re.findall(r"run: (.*)", text)
    assert test == "make test-all"
    assert install.endswith(" ".join(PACKAGES))
    assert "sarif_file: reports/checkov.sarif\n" in text
    assert "path: reports/\n" in text


def steps() -> list[str]:
    """Commands of the workflow for users, each as its shell gets it."""
    found = re.findall(
        r"^( +)(?:- )?run: (?:([>|])-?\n((?:\1 {2}.*\n|\n)+)|(.*)\n)", SCAN.read_text(), re.M
    )
    return [
        line or (block.replace("\n", " ") if style == ">" else textwrap.dedent(block))
        for _, style, block, line in found
    ]


@pytest.fixture(scope="module")
def users_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's repository with this one checked out in it, as the workflow does."""
    folder = tmp_path_factory.mktemp("user")
    shutil.copytree(ROOT / "policies", folder / ".rules" / "policies")
    (folder / "main.tf").write_text(PUBLIC)
    return folder


def run(step: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a step of the workflow, with checkov installed."""
    path = f"{CHECKOV.parent}{os.pathsep}{os.environ['PATH']}"
    settings = {"PATH": path, "HOME": str(folder), "CKV_SKIP_PACKAGE_UPDATE_CHECK": "True"}
    return subprocess.run(
        ["bash", "-e", "-c", step],
        cwd=folder,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )


def reported(rule: str, folder: Path) -> list[Any]:
    """The results of a rule in the workflow's report."""
    results = json.loads((folder / "checkov.sarif").read_text())["runs"][0]["results"]
    return [result for result in results if result["ruleId"] == rule]


@pytest.mark.slow
def test_the_users_workflow_finds_what_a_rule_of_ours_forbids(users_repository: Path) -> None:
    _, scan, check, say = steps()

    scanned = run(scan, users_repository)

    assert scanned.returncode == 1, scanned.stderr
    assert "CKV_ASM_3" in scanned.stdout
    places = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in reported("CKV_ASM_3", users_repository)
    }
    assert places == {"main.tf"}
    assert run(check, users_repository).returncode == 0
    assert run(say, users_repository).returncode == 0
    messages = [each["message"]["text"] for each in reported("CKV_ASM_3", users_repository)]
    assert all("\n" in message for message in messages), messages


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ({"results": {"parsing_errors": ["/main.tf"]}}, "cannot parse"),
        ({"passed": 0}, "no Terraform"),
    ],
    ids=["parse error", "nothing"],
)
def test_the_users_workflow_fails_for_what_checkov_passes_over(
    report: dict[str, object], said: str, tmp_path: Path
) -> None:
    (tmp_path / "checkov.json").write_text(json.dumps(report))

    checked = run(steps()[2], tmp_path)

    assert checked.returncode == 1
    assert said in checked.stderr


def test_the_users_workflow_installs_what_the_scan_here_uses() -> None:
    lock = "tests/requirements/checkov.txt"

    assert steps()[0] == f"pip install --require-hashes --requirement .rules/{lock}"
    assert (ROOT / lock).is_file()
