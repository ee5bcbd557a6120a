"""The cost of a secret: the figures in docs/cost.md, and what modules/cost counts."""

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from harness.databases import Server
from harness.pages import PROVIDER, hcl
from harness.rotated_user import RotatedUser, throttled_function, watched
from harness.schedules import SCHEDULES
from harness.terraform import Plan
from harness.workspace import Workspace
from tools.environments import ROOT

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

PAGE = (ROOT / "docs" / "cost.md").read_text()
MODULE = ROOT / "modules" / "cost"
# A table row that says which inputs a figure is calculated from.
CASE = re.compile(r"^\|[^|]+\| `([^`]+)` \| \$([\d,.]+) \|$", re.MULTILINE)

# A secret and its cost, from the same inputs.
HCL = (
    PROVIDER
    + """
variable "key" {
  type    = any
  default = {}
}

variable "rotation" {
  type    = any
  default = null
}

variable "monitoring" {
  type    = any
  default = null
}

locals {
  replicas = { "eu-west-1" = { kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/copy" } }
}

module "secret" {
  source = "./module"

  name       = "test/cost/credentials"
  database   = { engine = "mysql", username = "dbadmin" }
  key        = var.key
  rotation   = var.rotation
  monitoring = var.monitoring
  replicas   = local.replicas
}

module "cost" {
  source = "./module/modules/cost"

  key        = var.key
  rotation   = var.rotation
  monitoring = var.monitoring
  replicas   = local.replicas
  prices     = { secret_month = 5, alarm_month = 7, metric_month = 100 }
}

output "monthly_cost" {
  value = module.cost.monthly_cost
}
"""
)
# At these prices, each rotation in a year costs a dollar a month.
SCHEDULED = """
variable "schedules" {
  type = set(string)
}

module "cost" {
  source   = "./module/modules/cost"
  for_each = var.schedules

  rotation = { schedule_expression = each.key }
  prices = {
    secrets_manager_10000_calls = 0
    kms_10000_requests          = 0
    lambda_gb_second            = 0
    lambda_1000000_requests     = 3000000
  }
}

output "rotations" {
  value = { for schedule, cost in module.cost : schedule => cost.monthly_cost.rotation }
}
"""
TOPIC = "arn:aws:sns:us-east-1:000000000000:security"
ROTATION = {
    "schedule_expression": "rate(4 hours)",
    "function": {
        "package": {"s3": {"bucket": "packages", "key": "rotation.zip"}, "hash": "x" * 43 + "="},
        "network": {"vpc_id": "vpc-0a1b2c3d", "subnet_ids": ["subnet-0a1b2c3d"]},
    },
}
EXISTING = {"arn": "arn:aws:lambda:us-east-1:000000000000:function:rotate"}


def figures(heading: str) -> dict[str, str]:
    """Return the dollars in the tables under a heading of the page, by their inputs."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = dict(CASE.findall(section))
    assert len(found) > 1, f"docs/cost.md has no table of cases under {heading}"
    return found


def formatted(dollars: list[float]) -> list[str]:
    """Return the amounts as the page writes them."""
    return [f"{amount:,.2f}" for amount in dollars]


def planned(plan: Plan, output: str) -> Any:  # noqa: ANN401
    """Return an output's planned value."""
    return json.loads(plan.json)["planned_values"]["outputs"][output]["value"]


@pytest.mark.parametrize(("heading", "part"), [("Cases", "total"), ("Reading less often", "reads")])
def test_the_cases_of_the_page_cost_what_the_module_reckons(
    workspace: Workspace, heading: str, part: str
) -> None:
    cases = figures(heading)
    hcl = ""
    for number, inputs in enumerate(cases):
        arguments = "\n  ".join(re.split(r", (?=\w+ = )", inputs))
        source = 'source = "./module/modules/cost"'
        hcl += f'module "case_{number}" {{\n  {source}\n  {arguments}\n}}\n'
    costs = ", ".join(f"module.case_{number}.monthly_cost.{part}" for number in range(len(cases)))
    terraform = workspace(f'{hcl}output "dollars" {{\n  value = [{costs}]\n}}\n')

    terraform.apply()

    dollars = formatted(terraform.output()["dollars"])
    assert dict(zip(cases, dollars, strict=True)) == cases


@pytest.mark.parametrize("heading", ["Fewer keys", "Network"])
def test_the_sums_of_the_page_are_right(workspace: Workspace, heading: str) -> None:
    sums = figures(heading)
    terraform = workspace(f'output "dollars" {{\n  value = [{", ".join(sums)}]\n}}\n')

    terraform.apply()

    dollars = formatted(terraform.output()["dollars"])
    assert dict(zip(sums, dollars, strict=True)) == sums


def test_the_output_is_known_while_planning_as_the_page_shows_it(workspace: Workspace) -> None:
    example = hcl("docs/cost.md", 'output "monthly_cost"')

    parts = planned(workspace(PROVIDER + example).plan(), "monthly_cost")

    assert f"{parts['total']:.2f}" == figures("Cases")["reads_per_month = 10000"]
    assert set(parts) == {"total", "secret", "replicas", "key", "reads", "rotation", "monitoring"}


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "inputs",
    [
        {"key": {"aws_managed": True}},
        {"key": {"existing": {"arn": "arn:aws:kms:us-east-1:000000000000:key/shared"}}},
        {"rotation": ROTATION},
        {"rotation": ROTATION | {"function": EXISTING}},
        {"monitoring": {"emails": ["security@example.com"]}},
        {"monitoring": {"topic_arn": TOPIC, "cloudtrail_log_group_name": "trail"}},
        {"monitoring": {"topic_arn": TOPIC, "rotated_within_days": 2}, "rotation": ROTATION},
    ],
    ids=[
        "AWS managed key",
        "key that exists",
        "own function",
        "existing function",
        "topic that the module creates",
        "trail",
        "rotates often",
    ],
)
def test_what_the_secret_makes_is_counted(workspace: Workspace, inputs: dict[str, object]) -> None:
    plan = workspace(HCL).plan(**inputs)

    made = Counter(plan.creates)
    cost = planned(plan, "monthly_cost")
    assert cost["secret"] == cost["replicas"] == 5
    assert (cost["rotation"] > 0) == ("aws_secretsmanager_secret_rotation" in made)
    assert cost["key"] + cost["monitoring"] == (
        made["aws_kms_key"]
        + 7 * made["aws_cloudwatch_metric_alarm"]
        + 100 * made["aws_cloudwatch_log_metric_filter"]
    )


def test_a_schedule_is_priced_by_its_rotations(workspace: Workspace) -> None:
    expected = {schedule.expression: schedule.in_2026 for schedule in SCHEDULES}

    plan = workspace(SCHEDULED).plan(schedules=list(expected))

    # Tolerances: a year has 52 1/7 weeks, and an output is in cents.
    assert planned(plan, "rotations") == pytest.approx(expected, rel=0.003, abs=0.005)


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["single_user", "alternating_users"])
def test_a_rotation_makes_no_more_calls_than_are_counted(
    postgresql: Server,
    secretsmanager: "SecretsManagerClient",
    monkeypatch: pytest.MonkeyPatch,
    strategy: str,
    record_property: Any,  # noqa: ANN401
) -> None:
    monkeypatch.setenv("CA_BUNDLE", str(postgresql.ca_file))
    monkeypatch.setenv("STRATEGY", strategy)
    user = RotatedUser(postgresql, secretsmanager, throttled_function())
    token = user.start()
    names: list[str] = []

    with watched(before=lambda _, name: names.append(name)):
        user.steps(token)

    calls = [name for name in names if name.startswith("botocore")]
    counted = re.findall(r"calls_per_rotation += (\d+)", (MODULE / "main.tf").read_text())
    assert 0 < len(calls) <= int(counted[0]), calls
    record_property(f"calls of a rotation, {strategy}", len(calls))
