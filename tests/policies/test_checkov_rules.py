"""The checkov rules, on fixtures whose names say what each rule must find.

In tests/fixtures/checkov/RULE a resource, data source, module or variable is named `pass_...` or
`fail_...`, or `hcl_fail_...` and `plan_fail_...` if HCL and plan differ. The rule reports nothing
about any other.

tests/fixtures/checkov_shapes contains what people write elsewhere, in HCL only. A comment before a
block says which rules fail, pass, or report nothing because the text does not decide it:
`# fail: 4; unknown: 7`.
"""

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.checkov import CHECKOV
from harness.markdown import block
from harness.pages import REPOSITORY
from harness.terraform import Terraform
from harness.workspace import Workspace
from tools.environments import ROOT, VENV
from tools.scan import RULES

README = ROOT / "policies" / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
FIXTURES = ROOT / "tests" / "fixtures" / "checkov"
SHAPES = ROOT / "tests" / "fixtures" / "checkov_shapes"
IDS = sorted((folder.name for folder in FIXTURES.iterdir()), key=lambda id_: int(id_[8:]))
# A plan has no variables and no locals, and these tests have no random provider.
NOT_IN_PLANS = {"CKV_ASM_13", "CKV_ASM_24", "CKV_ASM_25", "CKV_ASM_27"}
IDS_IN_PLANS = [id_ for id_ in IDS if id_ not in NOT_IN_PLANS]

SECRET = """
resource "aws_secretsmanager_secret" "this" {
  # checkov:skip=CKV_ASM_1:The AWS managed key is enough here
  name = "orders/database/credentials"
  tags = { Owner = "team@example.com" }
}

variable "password" {
  # checkov:skip=CKV_ASM_13:Not a secret
  default = "changeit"
}
"""

EXISTING = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

resource "aws_secretsmanager_secret" "this" {
  name                    = var.name
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_policy" "this" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::000000000000:root" }
      Action    = "secretsmanager:DescribeSecret"
      Resource  = "*"
    }]
  })
}

ephemeral "aws_secretsmanager_random_password" "this" {}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this.random_password
  secret_string_wo_version = 1
}
"""

type Checks = list[dict[str, Any]]
type Verdicts = dict[str, dict[str, set[str]]]


def run(folder: Path, *options: str | Path, **environment: str) -> Checks:
    """Run checkov in this folder; return our rules' passed, failed and skipped checks.

    Checkov's own rule CKV_AWS_304 fails to run on a plan with a rotation by days.
    """
    command = [str(CHECKOV), "--check", "CKV_ASM_*"]
    result = subprocess.run(
        [*command, "--skip-download", "--output", "json", *options],
        cwd=folder,
        env=os.environ | {"PYTHONPYCACHEPREFIX": str(VENV / "cache" / "python")} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not re.search("Failed to run check|Cannot load|Traceback", result.stderr), result.stderr
    results = json.loads(result.stdout)["results"]
    assert results["parsing_errors"] == []
    kinds = ("passed_checks", "failed_checks", "skipped_checks")
    return [check for kind in kinds for check in results[kind]]


def verdict(name: str, mode: str) -> str | None:
    """Return the verdict that a name requires in a mode: `pass`, `fail`, or None for none."""
    found = re.match(rf"(?:(?:hcl|plan)_(?:pass|fail)_)*?{mode}_(pass|fail)_|(pass|fail)_", name)
    return found and (found[1] or found[2])


def expected(id_: str, mode: str) -> dict[str, set[str]]:
    """Return the expected verdict on each fixture of a rule, by its name."""
    files = [file.read_text() for file in (FIXTURES / id_).rglob("*.tf")]
    names = re.findall(r'^(?:module|variable|\w+ "\w+") "(\w+)" {', "\n".join(files), re.M)
    return {name: {found} for name in names if (found := verdict(name, mode))}


def verdicts(checks: Checks) -> Verdicts:
    """Return each rule's verdicts in its own folder, by name, or by address if there is no name."""
    found: Verdicts = {id_: {} for id_ in IDS}
    for check in checks:
        id_, address = check["check_id"], re.sub(r"\[[^]]*]", "", check["resource"])
        is_own_file = check["file_path"].startswith(f"/{id_}/")
        if is_own_file or address.startswith(f"module.{id_.lower()}."):
            parts = address.split(".")
            names = [part for part in parts if re.match("(hcl_|plan_)?(pass|fail)_", part)]
            result = {"PASSED": "pass", "FAILED": "fail"}[check["check_result"]["result"]]
            found[id_].setdefault(names[-1] if names else address, set()).add(result)
    return found


@pytest.fixture(scope="module")
def hcl_checks(tmp_path_factory: pytest.TempPathFactory) -> Checks:
    """Checks of the HCL, by a checkov that runs in an empty folder."""
    options = ("--directory", FIXTURES, "--framework", "terraform", "--external-checks-dir", RULES)
    return run(tmp_path_factory.mktemp("elsewhere"), *options)


@pytest.fixture(scope="module")
def hcl(hcl_checks: Checks) -> Verdicts:
    """Verdicts on the HCL."""
    return verdicts(hcl_checks)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """Verdicts on one plan of all fixtures."""
    folder = tmp_path_factory.mktemp("plan")
    shutil.copytree(FIXTURES, folder, dirs_exist_ok=True)
    (folder / "main.tf").write_text(root_module())
    terraform = Terraform(folder)
    terraform.init()
    (folder / "plan.json").write_text(terraform.plan().json)
    options = ("--file", "plan.json", "--framework", "terraform_plan")
    return verdicts(run(folder, *options, "--external-checks-dir", RULES))


def root_module() -> str:
    """Return HCL that calls the fixtures of each rule and has their outputs as its own."""
    hcl = ['provider "aws" {\n  region = "us-east-1"\n}\n']
    for id_ in IDS_IN_PLANS:
        module = id_.lower()
        hcl.append(f'module "{module}" {{\n  source = "./{id_}"\n}}\n')
        text = (FIXTURES / id_ / "main.tf").read_text()
        for name, body in re.findall(r'^output "(\w+)" {\n(.*?)^}', text, re.M | re.S):
            sensitive = "sensitive = true" if "sensitive" in body else ""
            hcl.append(f'output "{name}" {{\n  value = module.{module}.{name}\n  {sensitive}\n}}\n')
    return "\n".join(hcl)


@pytest.mark.parametrize("id_", IDS)
def test_in_hcl_the_rule_finds_what_the_fixtures_are_named_for(id_: str, hcl: Verdicts) -> None:
    assert hcl[id_] == expected(id_, "hcl")


@pytest.mark.parametrize("id_", IDS_IN_PLANS)
def test_in_a_plan_the_rule_finds_what_the_fixtures_are_named_for(id_: str, plan: Verdicts) -> None:
    assert plan[id_] == expected(id_, "plan")


@pytest.mark.exhaustive
def test_in_a_plan_of_what_is_there_already_the_rules_find_what_is_configured(
    workspace: Workspace, secret_name: str
) -> None:
    terraform = workspace(EXISTING)
    terraform.apply(name=secret_name)
    (terraform.folder / "plan.json").write_text(terraform.plan(name=secret_name).json)

    options = ("--file", "plan.json", "--framework", "terraform_plan")
    checks = run(terraform.folder, *options, "--external-checks-dir", RULES)

    failed = {
        (check["check_id"], check["resource"].split(".")[0])
        for check in checks
        if check["check_result"]["result"] == "FAILED"
    }
    secret, policy = "aws_secretsmanager_secret", "aws_secretsmanager_secret_policy"
    assert failed == {
        *((f"CKV_ASM_{number}", secret) for number in (1, 9, 10, 19)),
        *((f"CKV_ASM_{number}", policy) for number in (3, 8)),
    }


# A folder, an address in it, and a rule.
type Place = tuple[str, str, str]


def expected_of_shapes() -> dict[Place, str]:
    """Return the verdict of each rule on the shapes, from the comment before each shape."""
    found = {}
    for file in sorted(SHAPES.rglob("*.tf")):
        for comment, labels in re.findall(
            r'^# ((?:fail|pass|unknown): .+)\n\w+((?: "\w+")*) {', file.read_text(), re.M
        ):
            address = ".".join(labels.replace('"', "").split())
            for verdict_, numbers in re.findall(r"(\w+): ([\d ]+)", comment):
                for number in numbers.split():
                    found[file.parent.name, address, f"CKV_ASM_{number}"] = verdict_
    return found


def found_in_shapes(checks: Checks) -> dict[Place, str]:
    """Return the rules' verdicts on the shapes: if one instance fails, the shape fails."""
    found: dict[Place, str] = {}
    for check in checks:
        address = re.sub(r"\[[^]]*]", "", check["resource"])
        place = check["file_path"].split("/")[1], address, check["check_id"]
        result = {"PASSED": "pass", "FAILED": "fail"}[check["check_result"]["result"]]
        found[place] = min(result, found.get(place, result))
    return found


def test_the_rules_hold_on_what_people_write(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    options = ("--directory", SHAPES, "--framework", "terraform", "--external-checks-dir", RULES)
    found = found_in_shapes(run(tmp_path, *options))
    expected = expected_of_shapes()

    pairs = {place: (verdict_, found.get(place, "unknown")) for place, verdict_ in expected.items()}
    counted = Counter(pairs.values())
    kinds = ("fail", "pass", "unknown")
    for right in kinds:
        row = ", ".join(f"{counted[right, kind]} {kind}" for kind in kinds)
        record_property(f"Rules on shapes, {right} expected", row)
    assert {place: pair for place, pair in pairs.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize(
    ("id_", "mode"), [(id_, "hcl") for id_ in IDS] + [(id_, "plan") for id_ in IDS_IN_PLANS]
)
def test_the_rule_has_something_to_pass_and_something_to_fail(id_: str, mode: str) -> None:
    assert set.union(*expected(id_, mode).values()) == {"pass", "fail"}


def test_the_table_says_of_each_rule_what_checkov_says(hcl_checks: Checks) -> None:
    about = ("check_id", "check_name", "severity", "guideline")
    found = {tuple(check[name] for name in about) for check in hcl_checks}
    rows = re.findall(
        r'^\| <a id="(\w+)"></a>(\w+) \| ([^|]+) \| (\w+) \|', README.read_text(), re.M
    )

    assert [row[1] for row in rows] == IDS
    guidelines = (
        "https://github.com/GITHUB_OWNER/terraform-aws-secrets-manager/blob/main/policies/README.md"
    )
    assert found == {
        (id_, name.replace("`", ""), severity, f"{guidelines}#{anchor}")
        for anchor, id_, name, severity in rows
    }


def test_the_table_links_controls_of_aws_to_their_own_text() -> None:
    links = re.findall(r"\[(\w+)\.(\d+)\]\(([^)]+)\)", README.read_text())

    assert links
    for service, number, url in links:
        page = "https://docs.aws.amazon.com/securityhub/latest/userguide"
        assert url == f"{page}/{service.lower()}-controls.html#{service.lower()}-{number}"


def test_a_comment_skips_a_rule_and_the_environment_names_the_required_tags(
    tmp_path: Path,
) -> None:
    (tmp_path / "main.tf").write_text(SECRET)

    options = ("--directory", ".", "--framework", "terraform", "--external-checks-dir", RULES)
    checks = run(tmp_path, *options, CKV_ASM_REQUIRED_TAGS="Owner, CostCenter")

    found = {check["check_id"]: check for check in checks}
    skipped = {id_ for id_, check in found.items() if check["check_result"]["result"] == "SKIPPED"}
    assert skipped == {"CKV_ASM_1", "CKV_ASM_13"}
    reason = found["CKV_ASM_1"]["check_result"]["suppress_comment"]
    assert reason == "The AWS managed key is enough here"
    assert found["CKV_ASM_19"]["details"] == ["tag CostCenter is missing"]


@pytest.mark.exhaustive
def test_rules_load_from_a_git_repository(tmp_path: Path) -> None:
    scanned, repository = tmp_path / "scanned", tmp_path / "repository"
    scanned.mkdir()
    (scanned / "main.tf").write_text(SECRET)
    for folder in ("policies", "modules", "tests/emulator"):
        shutil.copytree(ROOT / folder, repository / folder)

    def git(*command: str) -> str:
        author = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        made = subprocess.run(
            ["git", *author, *command], cwd=repository, capture_output=True, text=True, check=True
        )
        return made.stdout.strip()

    for command in (["init"], ["add", "."], ["commit", "-m", "All"], ["tag", "v1.0.0"]):
        git(*command)
    (published,) = re.findall(r"^git (tag checkov-v1.0.0 .+)$", CONTRIBUTING.read_text(), re.M)
    tag, name, made_by = published.split(" ", 2)
    tree, message = re.findall(r'"\$\(git commit-tree (\S+) -m \'(.+)\'\)"', made_by)[0]
    git(tag, name, git("commit-tree", tree, "-m", message))

    options = ("--directory", ".", "--framework", "terraform", "--skip-path", "_checks/")
    url = f"{repository.as_uri()}?ref=checkov-v1.0.0"
    checks = run(scanned, *options, "--external-checks-git", url)

    ids = {check["check_id"] for check in checks}
    assert {"CKV_ASM_3", "CKV_ASM_9", "CKV_ASM_13"} <= ids
    assert {check["file_path"] for check in checks} == {"/main.tf"}
    assert [file.name for file in scanned.iterdir()] == ["main.tf"]


def test_checkov_lists_only_its_own_rules_as_the_page_says() -> None:
    command = [str(CHECKOV), "--list", "--framework", "terraform"]
    listed = subprocess.run(
        [*command, "--external-checks-dir", RULES], capture_output=True, text=True, check=True
    ).stdout

    assert "CKV_AWS_149" in listed
    assert "CKV_ASM_" not in listed


@pytest.mark.exhaustive
def test_the_hook_for_pre_commit_finds_what_a_rule_forbids(tmp_path: Path) -> None:
    hooks, user = tmp_path / "hooks", tmp_path / "user"
    shutil.copytree(ROOT / "policies", hooks / "policies")
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
    user.mkdir()
    config = block("policies/README.md", "yaml", "checkov-asm")
    assert REPOSITORY in config
    (user / ".pre-commit-config.yaml").write_text(config.replace(REPOSITORY, hooks.as_uri()))
    (user / "main.tf").write_text(SECRET)
    path = os.pathsep.join([str(CHECKOV.parent), os.environ["PATH"]])

    def call(folder: Path, *command: str | Path) -> "subprocess.CompletedProcess[str]":
        environment = os.environ | {"PRE_COMMIT_HOME": str(tmp_path / "cache"), "PATH": path}
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    author = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    for folder in (hooks, user):
        for command in (["init"], ["add", "."], ["commit", "-m", "All"], ["tag", "v1.0.0"]):
            made = call(folder, "git", *author, *command)
            assert not made.returncode, made.stderr
    pre_commit = VENV / "hooks" / "bin" / "pre-commit"

    found = call(user, pre_commit, "run", "--all-files")
    (user / "main.tf").write_text('variable "name" {\n  type = string\n}\n')
    clean = call(user, pre_commit, "run", "--all-files")

    assert found.returncode == 1, found.stdout + found.stderr
    assert "CKV_ASM_9" in found.stdout
    assert "CKV_AWS_" not in found.stdout
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "Passed" in clean.stdout
