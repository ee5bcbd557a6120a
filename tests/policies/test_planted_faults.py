"""The scan finds mistakes in copies of the real modules, and names the rule."""

import json
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness import checkov, leaks, reports
from harness.checkov import Mode, Result
from harness.terraform import Terraform
from harness.workspace import copy_hcl
from tools.environments import ROOT
from tools.scan import RULES

pytestmark = pytest.mark.exhaustive

KEY, SECRET = "key.tf", "main.tf"
FUNCTION, ROTATION = "modules/rotation/main.tf", "rotation.tf"
KEY_POLICY = "  policy                  = module.policies.resource_policies_json.key\n"
SECRET_POLICY = "  policy              = module.policies.resource_policies_json.secret\n"


@dataclass(frozen=True)
class Fault:
    """A mistake that replaces `sound` with `faulty` in `file`. All the `rules` must fail for it."""

    file: str
    sound: str
    faulty: str
    rules: set[str]
    mode: Mode = "plan"

    @property
    def counterpart(self) -> str:
        """Folder of the copy without a fault that has the same inputs: with or without rotation."""
        return "rotating" if self.file in (FUNCTION, ROTATION) else "sound"

    def plant(self, repository: Path) -> None:
        """Make the mistake in a copy of the repository; AssertionError if the text is missing."""
        text = (repository / self.file).read_text()
        assert text.count(self.sound) == 1, f"{self.file} must contain once: {self.sound}"
        (repository / self.file).write_text(text.replace(self.sound, self.faulty))


def policy(principal: str, action: str) -> str:
    """Return HCL of a policy that allows a principal an action on everything."""
    return f"""  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect = "Allow", Principal = {principal}, Action = "{action}", Resource = "*"
    }}]
  }})
"""


def added(resource: str, rules: set[str], mode: Mode = "plan", file: str = SECRET) -> Fault:
    """Return a fault that adds a resource to a file."""
    return Fault(file, "\nlocals {", f"\n{resource}\n\nlocals {{", rules, mode)


ROTATES = """{
    schedule_expression = "rate(30 days)"
    function = {
      package = { s3 = { bucket = "packages", key = "rotation.zip" } }
      network = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"] }
      logs    = { kms_key_arn = "arn:aws:kms:us-east-1:000000000000:key/logs" }
    }
  }"""
VALUES = (
    "a-planted-value",
    "hunter2hunter2",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "another-planted-value",
)
FAULTS = {
    "key_does_not_rotate": Fault(
        KEY,
        "enable_key_rotation     = true",
        "enable_key_rotation     = false",
        {"CKV_AWS_7", "CKV_ASM_2"},
    ),
    "key_is_disabled": Fault(
        KEY, KEY_POLICY, f"{KEY_POLICY}  is_enabled = false\n", {"CKV_AWS_227"}
    ),
    "key_has_no_policy": Fault(KEY, KEY_POLICY, "", {"CKV2_AWS_64"}),
    "key_is_for_everybody": Fault(
        KEY, KEY_POLICY, policy('"*"', "kms:*"), {"CKV_AWS_33", "CKV_ASM_4", "CKV_ASM_6"}
    ),
    # checkov has no verdict on the rotation of an asymmetric key.
    "key_is_not_judged": Fault(
        KEY,
        KEY_POLICY,
        f'{KEY_POLICY}  key_usage = "SIGN_VERIFY"\n  customer_master_key_spec = "RSA_2048"\n',
        {"SCAN_NOT_RUN"},
    ),
    "public_policy_is_not_blocked": Fault(
        SECRET, "block_public_policy = true", "block_public_policy = false", {"CKV_ASM_3"}
    ),
    "everybody_reads": Fault(
        SECRET,
        SECRET_POLICY,
        policy('"*"', "secretsmanager:GetSecretValue"),
        {"CKV_ASM_4", "CKV_ASM_8"},
    ),
    "another_account_does_everything": Fault(
        SECRET,
        SECRET_POLICY,
        policy('{ AWS = "arn:aws:iam::111122223333:root" }', "secretsmanager:*"),
        {"CKV_ASM_5", "CKV_ASM_23"},
    ),
    "secret_is_gone_at_once": Fault(
        SECRET,
        "  recovery_window_in_days = var.recovery_window_in_days\n",
        "  recovery_window_in_days = 0\n",
        {"CKV_ASM_10"},
    ),
    "value_is_plain": added(
        f"""resource "aws_secretsmanager_secret_version" "plain" {{
  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = "{VALUES[0]}"
}}""",
        {"CKV_ASM_11"},
    ),
    "role_reads_every_secret": added(
        """resource "aws_iam_policy" "reader" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow", Action = ["secretsmanager:GetSecretValue", "kms:Decrypt"], Resource = "*"
    }]
  })
}""",
        {"CKV_ASM_7", "CKV_ASM_22", "CKV_AWS_288", "CKV_AWS_355"},
    ),
    "logs_are_plain_and_short": added(
        'resource "aws_cloudwatch_log_group" "this" {\n  retention_in_days = 1\n}',
        {"CKV_AWS_158", "CKV_AWS_338"},
    ),
    "function_is_out_of_its_vpc": Fault(
        FUNCTION,
        """  vpc_config {
    subnet_ids         = var.function.network.subnet_ids
    security_group_ids = aws_security_group.this[*].id
  }
""",
        "",
        {"CKV_AWS_117", "CKV_ASM_16"},
    ),
    # In a plan a missing account is null, which CKV_AWS_364 accepts as an account.
    "secrets_of_all_accounts_invoke": Fault(
        FUNCTION,
        "  source_account = data.aws_caller_identity.current.account_id\n",
        "",
        {"CKV_ASM_18"},
    ),
    "logs_of_the_function_stay_forever": Fault(
        FUNCTION, "  retention_in_days = var.function.logs.retention_in_days\n", "", {"CKV_ASM_21"}
    ),
    "environment_holds_a_password": Fault(
        FUNCTION,
        "  environment = {\n",
        f'  environment = {{\n    DATABASE_PASSWORD = "{VALUES[3]}"\n',
        {"CKV_ASM_14"},
    ),
    "role_is_shared": added(
        """resource "aws_lambda_function" "other" {
  function_name = "other"
  role          = aws_iam_role.this[0].arn
  package_type  = "Image"
  image_uri     = "000000000000.dkr.ecr.us-east-1.amazonaws.com/other:1"
}""",
        {"CKV_ASM_17"},
        file=FUNCTION,
    ),
    "role_does_everything_with_all_secrets": added(
        """resource "aws_iam_role_policy" "broad" {
  role = aws_iam_role.this[0].name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "secretsmanager:*", Resource = "*" }]
  })
}""",
        {"CKV_ASM_5", "CKV_ASM_17"},
        file=FUNCTION,
    ),
    "secret_rotates_too_seldom": Fault(
        ROTATION,
        "schedule_expression      = var.rotation.schedule_expression",
        'schedule_expression      = "rate(120 days)"',
        {"CKV_AWS_304", "CKV_ASM_9"},
    ),
    # In a plan a missing retention is 0 days, which checkov accepts as a retention.
    "logs_stay_forever": added(
        'resource "aws_cloudwatch_log_group" "this" {\n}', {"CKV_AWS_66"}, "hcl"
    ),
    "secret_has_no_key": Fault(
        SECRET,
        "  kms_key_id = try(aws_kms_key.this[0].arn, local.key_arn)\n",
        "",
        {"CKV_AWS_149", "CKV_ASM_1"},
        "hcl",
    ),
    "variable_has_a_secret_default": Fault(
        "variables.tf",
        'variable "name" {',
        f'variable "admin_password" {{\n  default = "{VALUES[1]}"\n}}\n\nvariable "name" {{',
        {"CKV_ASM_13"},
        "hcl",
    ),
    "provider_has_credentials": Fault(
        "policies.tf",
        'module "policies" {',
        f"""provider "aws" {{
  access_key = "AKIAIOSFODNN7EXAMPLE"
  secret_key = "{VALUES[2]}"
}}

module "policies" {{""",
        {"CKV_AWS_41"},
        "hcl",
    ),
    "file_is_no_hcl": Fault(
        "outputs.tf", 'output "arn" {', 'output "arn" {{', {"SCAN_NOT_PARSED"}, "hcl"
    ),
}


@pytest.fixture(scope="module")
def proxy() -> Iterator[socket.socket]:
    """Listen as the proxy that any network request of checkov would reach."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def folder(name: str) -> str:
    """Return the folder of a fault's copy. Those for HCL share one: each copy takes seconds."""
    return name if FAULTS[name].mode == "plan" else "faulty"


def copies(parent: Path, mode: Mode) -> list[str]:
    """Copy the repository with the faults of a mode and without faults; return the folders."""
    names = [name for name, fault in FAULTS.items() if fault.mode == mode]
    made = sorted({*map(folder, names), *(FAULTS[name].counterpart for name in names)})
    for copy in made:
        copy_hcl(parent / copy)
        shutil.rmtree(parent / copy / "examples")
    for name in names:
        FAULTS[name].plant(parent / folder(name))
    return made


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, proxy: socket.socket) -> list[Result]:
    """Results of the scan of all copies, with one run of checkov for each mode."""
    hcl, planned = tmp_path_factory.mktemp("hcl"), tmp_path_factory.mktemp("plan")
    copies(hcl, "hcl")
    main = 'provider "aws" {\n  region = "us-east-1"\n}\n'
    # A key policy that names the function's role is unknown before the role is created.
    rotating = {"rotating", *(name for name in FAULTS if FAULTS[name].counterpart == "rotating")}
    for name in copies(planned, "plan"):
        main += f"""
module "{name}" {{
  source   = "./{name}"
  name     = "faults/{name}"
  database = {{ engine = "mysql", username = "app" }}
  tags     = {{ Environment = "production", Project = "tests" }}
  rotation = {ROTATES if name in rotating else "null"}
}}
"""
    (planned / "main.tf").write_text(main)
    terraform = Terraform(planned)
    terraform.init()
    plan = terraform.plan().json
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkov, "NOWHERE", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        return checkov.scan_hcl(hcl, RULES) + checkov.scan_plan(planned, plan, RULES)


def failing(results: list[Result], copy: str, mode: Mode) -> set[str]:
    """Return the rules that fail in a copy."""
    return {
        result.rule
        for result in results
        if result.outcome == "failed"
        and result.file.startswith(f"{copy}/")
        and result.mode in (mode, "self")
    }


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_by_its_rule(name: str, results: list[Result]) -> None:
    fault = FAULTS[name]

    assert fault.rules <= failing(results, folder(name), fault.mode)
    assert not fault.rules & failing(results, fault.counterpart, fault.mode)


def test_a_finding_is_reported_where_the_mistake_is(results: list[Result]) -> None:
    text = (ROOT / KEY).read_text()
    line = text[: text.index('resource "aws_kms_key" "this"')].count("\n") + 1

    places = {
        (result.file, result.line)
        for result in results
        if (result.rule, result.outcome) == ("CKV_AWS_7", "failed")
    }

    assert places == {(f"key_does_not_rotate/{KEY}", line)}


def test_sarif_has_every_finding_at_a_file_of_the_repository(
    results: list[Result], tmp_path: Path
) -> None:
    text = reports.write(results, tmp_path)[0].read_text()
    sarif = json.loads(text)

    assert sarif["version"] == "2.1.0"
    assert [run["automationDetails"]["id"] for run in sarif["runs"]] == [
        "checkov/hcl/",
        "checkov/plan/",
        "checkov/self/",
    ]
    found = 0
    for run in sarif["runs"]:
        rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
        for result in run["results"]:
            found += 1
            assert result["ruleId"] in rules
            assert result["message"]["text"]
            assert result["level"] in ("error", "warning", "note")
            place = result["locations"][0]["physicalLocation"]
            copy, _, file = place["artifactLocation"]["uri"].partition("/")
            assert copy in {"sound", "rotating", *map(folder, FAULTS)}
            assert (ROOT / file).is_file()
            assert place["region"]["startLine"] >= 1
    assert found == [result.outcome for result in results].count("failed")
    assert not [line for line in text.splitlines() if tempfile.gettempdir() in line]


def test_junit_has_a_case_for_every_judgement(results: list[Result], tmp_path: Path) -> None:
    root = ElementTree.parse(reports.write(results, tmp_path)[1]).getroot()  # noqa: S314

    assert len(root.findall("./testsuite/testcase")) == len(results)
    for suite in root:
        assert suite.get("tests") == str(len(suite))
        assert suite.get("failures") == str(len(suite.findall("./testcase/failure")))


def test_no_report_has_a_planted_value(results: list[Result], tmp_path: Path) -> None:
    written = reports.write(results, tmp_path)

    for value in VALUES:
        assert leaks.find(value, written) == []


def test_no_scan_opens_a_connection(results: list[Result], proxy: socket.socket) -> None:
    assert results
    with pytest.raises(BlockingIOError):
        proxy.accept()
