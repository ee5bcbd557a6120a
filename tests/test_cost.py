"""What a secret costs: the figures of docs/cost.md, and what the root module counts."""

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from harness.databases import Server
from harness.environments import ROOT
from harness.pages import PROVIDER, hcl
from harness.rotation import RotatedUser, throttled_function, watched
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

PAGE = (ROOT / "docs" / "cost.md").read_text()
MODULE = ROOT / "modules" / "cost"
# A row that says what a figure is reckoned from.
CASE = re.compile(r"^\|[^|]+\| `([^`]+)` \| \$([\d,.]+) \|$", re.MULTILINE)

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

module "secret" {
  source = "./module"

  name       = "test/cost/credentials"
  database   = { engine = "mysql", username = "dbadmin" }
  key        = var.key
  rotation   = var.rotation
  monitoring = var.monitoring
  replicas   = { "eu-west-1" = { kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/copy" } }

  cost = {
    reads_per_month = 1000000
    key_rotations   = 1
    prices          = { alarm_month = 7, metric_month = 100 }
  }
}

output "monthly_cost" {
  value = module.secret.monthly_cost
}
"""
)
TOPIC = "arn:aws:sns:us-east-1:000000000000:security"
ROTATION = {
    "schedule": "rate(4 hours)",
    "function": {
        "package": {"s3": {"bucket": "packages", "key": "rotation.zip"}, "hash": "x" * 43 + "="},
        "network": {"vpc_id": "vpc-0a1b2c3d", "subnet_ids": ["subnet-0a1b2c3d"]},
    },
}


def figures(heading: str) -> dict[str, str]:
    """Dollars by what they are reckoned from, in the tables under a heading of the page."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = dict(CASE.findall(section))
    assert len(found) > 1, f"docs/cost.md has no table of cases under {heading}"
    return found


def formatted(dollars: list[float]) -> list[str]:
    """As the page writes them."""
    return [f"{amount:,.2f}" for amount in dollars]


def planned(workspace: Workspace, hcl: str = HCL, **variables: object) -> dict[str, float]:
    """The output `monthly_cost`, as a plan knows it."""
    plan = json.loads(workspace(hcl).plan(**variables).json)
    parts: dict[str, float] = plan["planned_values"]["outputs"]["monthly_cost"]["value"]
    return parts


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

    parts = planned(workspace, PROVIDER + example)

    assert f"{parts['total']:.2f}" == figures("Cases")["reads_per_month = 10000"]
    assert set(parts) == {"total", "secret", "replicas", "key", "reads", "rotation", "monitoring"}


def test_the_root_module_counts_what_it_makes(workspace: Workspace) -> None:
    parts = planned(workspace, rotation=ROTATION)

    assert parts["secret"] == parts["replicas"] == 0.4
    assert parts["key"] == 2
    assert parts["reads"] == 8
    assert parts["rotation"] > 0
    assert parts["monitoring"] == 7


@pytest.mark.parametrize(
    "monitoring",
    [
        {"emails": ["security@example.com"]},
        {"topic_arn": TOPIC, "trail": {"log_group_name": "trail"}},
        {"topic_arn": TOPIC, "rotated_within_days": 2},
    ],
    ids=["topic made", "trail", "rotates often"],
)
def test_the_root_module_counts_what_monitoring_makes(
    workspace: Workspace, monitoring: dict[str, object]
) -> None:
    plan = workspace(HCL).plan(rotation=ROTATION, monitoring=monitoring)

    made = Counter(plan.creates)
    alarms, filters = (
        made[f"aws_cloudwatch_{kind}"] for kind in ("metric_alarm", "log_metric_filter")
    )
    keys = made["aws_kms_key"] - 1  # the secret's own is a part by itself
    cost = json.loads(plan.json)["planned_values"]["outputs"]["monthly_cost"]["value"]
    assert cost["monitoring"] == 7 * alarms + 100 * filters + keys


def test_a_function_that_exists_has_its_alarm_elsewhere(workspace: Workspace) -> None:
    function = {"arn": "arn:aws:lambda:us-east-1:000000000000:function:rotate"}

    assert planned(workspace, rotation={"days": 1, "function": function})["monitoring"] == 0


def test_a_key_that_is_not_made_is_not_paid_for(workspace: Workspace, kms: "KMSClient") -> None:
    key = {"existing": {"arn": kms.create_key()["KeyMetadata"]["Arn"]}}
    existing = planned(workspace, key=key)
    aws_managed = planned(workspace, key={"aws_managed": True})

    assert existing["key"] == aws_managed["key"] == 0
    assert existing["reads"] == 8
    assert aws_managed["reads"] == 5


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
