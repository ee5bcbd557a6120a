"""The module, the doctor, the checkov rule and the emulator call the same statements public."""

import json
import re
from typing import TYPE_CHECKING

import pytest

from harness.checkov import scan_plan
from harness.pages import PROVIDER
from harness.public_statements import FIXED, NOT_PUBLIC, PUBLIC
from harness.terraform import TerraformError
from harness.workspace import Workspace
from secret_doctor import policy, public_policy
from tools.environments import ROOT
from tools.scan import RULES

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

STATEMENTS = NOT_PUBLIC | PUBLIC
MODULE = (
    PROVIDER
    + """
variable "policy" {
  type = string
}

module "secret" {
  source = "./module"

  name     = "tests/public"
  database = { engine = "mysql", username = "dbadmin" }
  access   = { policy_documents = [var.policy] }
}
"""
)
POLICIES = (
    PROVIDER
    + """
variable "policies" {
  type = map(string)
}

resource "aws_secretsmanager_secret_policy" "this" {
  for_each = var.policies

  secret_arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:orders-AbCdEf"
  policy     = each.value
}
"""
)


def document(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_the_module_refuses_the_public_statements(workspace: Workspace) -> None:
    with pytest.raises(TerraformError, match="allows everybody") as refused:
        workspace(MODULE).plan(policy=document(*STATEMENTS.values()))

    named = re.search(r"statement ([\w, ]+) allows the principal", refused.value.on_one_line)
    assert named
    assert set(named[1].split(", ")) == set(PUBLIC)


def test_the_doctor_finds_the_public_statements() -> None:
    assert {sid for sid, each in STATEMENTS.items() if [*policy.public(each)]} == set(PUBLIC)


def test_the_checkov_rule_fails_the_public_statements(workspace: Workspace) -> None:
    terraform = workspace(POLICIES)
    plan = terraform.plan(policies={sid: document(each) for sid, each in STATEMENTS.items()})

    results = scan_plan(terraform.folder, plan.json, RULES)

    outcomes = {each.resource: each.outcome for each in results if each.rule == "CKV_ASM_4"}
    found = {address.split('"')[1]: outcome for address, outcome in outcomes.items()}
    assert found == dict.fromkeys(NOT_PUBLIC, "passed") | dict.fromkeys(PUBLIC, "failed")


def test_the_emulator_refuses_the_public_statements(secretsmanager: "SecretsManagerClient") -> None:
    def passes(statement: object) -> bool:
        answer = secretsmanager.validate_resource_policy(ResourcePolicy=document(statement))
        return answer["PolicyValidationPassed"]

    assert {sid for sid, each in STATEMENTS.items() if not passes(each)} == set(PUBLIC)


def test_the_table_has_each_key_that_a_definition_has() -> None:
    hcl = "".join(file.read_text() for file in (*ROOT.glob("*.tf"), *ROOT.glob("modules/**/*.tf")))
    (listed,) = re.findall(r"confining_keys = \[([^]]+)\]", hcl)

    keys = {key.lower() for key in FIXED}
    assert set(re.findall(r'"([^"]+)"', listed)) == public_policy.KEYS == keys


def test_the_rules_of_checkov_have_the_definition_of_the_doctor() -> None:
    own, copy = (
        ROOT / folder / "public_policy.py"
        for folder in ("doctor/secret_doctor", "policies/checkov/asm")
    )

    assert copy.read_text() == own.read_text()
