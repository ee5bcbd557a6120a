"""examples/team: 25 secrets from one map, read in batches, added and removed independently."""

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import pytest

from harness import calls, leaks
from harness.markdown import block
from harness.terraform import Plan, Terraform
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

TOKENS = {
    "card_processor_token": "issued-by-the-card-processor",
    "fraud_detection_token": "issued-by-the-fraud-detection",
    "warehouse_token": "issued-by-the-warehouse",
    "tax_rates_token": "issued-by-the-tax-office",
}
NEW_TOKEN = "issued-anew-by-the-tax-office"

# The application's filter finds new secrets only after five minutes, and the tests cannot wait.
pytestmark = [pytest.mark.exhaustive, pytest.mark.usefixtures("lists_at_once")]

type Values = dict[str, dict[str, str | int]]


@dataclass
class Team:
    """The example's working folder and how long its first apply took, in seconds."""

    terraform: Terraform
    seconds: float

    def edit(self, pattern: str, replacement: str) -> None:
        """Change the one place in main.tf that matches the pattern."""
        file = self.terraform.folder / "main.tf"
        text, places = re.subn(pattern, replacement, file.read_text(), flags=re.MULTILINE)
        assert places == 1
        file.write_text(text)

    def plan(self, **tokens: str) -> Plan:
        return self.terraform.plan(recovery_window_in_days=0, **tokens)


@pytest.fixture(scope="module")
def team(shared_workspace: Workspace) -> Team:
    """Apply the example."""
    team = Team(shared_workspace.example("team"), 0)
    start = time.monotonic()
    team.terraform.apply(recovery_window_in_days=0, **TOKENS)
    team.seconds = time.monotonic() - start
    return team


@pytest.fixture(scope="module")
def read_secrets() -> Callable[[str], Values]:
    """The README's function, which reads all values below a prefix."""
    found: dict[str, Callable[[str], Values]] = {}
    exec(block("examples/team/README.md", "python", "import boto3"), found)  # noqa: S102
    return found["read_secrets"]


def names(secretsmanager: "SecretsManagerClient") -> set[str]:
    """Return the names of the team's secrets in Secrets Manager."""
    pages = secretsmanager.get_paginator("list_secrets").paginate(
        Filters=[{"Key": "name", "Values": ["checkout/"]}]
    )
    return {secret["Name"] for page in pages for secret in page["SecretList"]}


def changed(plan: Plan) -> dict[str, set[str]]:
    """Return a plan's actions by the secret's key, or by the address of another resource."""
    result: dict[str, set[str]] = {}
    for change in plan.changes:
        if change.actions != ("no-op",):
            key = re.sub(r'^module\.secrets\["(.*?)"\].*', r"\1", change.address)
            result.setdefault(key, set()).update(change.actions)
    return result


def without(values: Values, keys: Iterable[str]) -> Values:
    return {name: value for name, value in values.items() if name not in keys}


def test_the_map_makes_25_secrets_under_one_key_with_their_tags(
    team: Team,
    secretsmanager: "SecretsManagerClient",
    record_property: Callable[[str, object], None],
) -> None:
    record_property("seconds to apply the team's 25 secrets", round(team.seconds))
    outputs = team.terraform.output()

    assert len(outputs["arns"]) == 25
    assert names(secretsmanager) == set(outputs["arns"])
    for name, arn in outputs["arns"].items():
        secret = secretsmanager.describe_secret(SecretId=arn)
        tags = {tag["Key"]: tag["Value"] for tag in secret["Tags"]}
        assert secret["KmsKeyId"] == outputs["key_arn"]
        assert f"{tags['Team']}/{tags['Service']}/{tags['Purpose']}" == secret["Name"] == name


def test_a_second_plan_is_empty_and_needs_no_token(team: Team) -> None:
    plan = team.plan()

    assert plan.is_empty, plan


def test_all_are_read_in_two_calls_as_the_readme_shows(
    team: Team,
    read_secrets: Callable[[str], Values],
    secretsmanager: "SecretsManagerClient",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = boto3.Session()
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    made = calls.record(session)
    values = read_secrets("checkout/")

    assert made == {"secretsmanager:BatchGetSecretValue": 2}
    assert set(values) == set(team.terraform.output()["arns"])
    for name, value in values.items():
        current = secretsmanager.get_secret_value(SecretId=name)["SecretString"]
        assert value == json.loads(current)
    issued = [value["token"] for value in values.values() if "token" in value]
    passwords = {value["password"] for value in values.values() if "password" in value}
    assert sorted(map(str, issued)) == sorted(TOKENS.values())
    assert len(passwords) == 21
    assert len(read_secrets("checkout/baskets/")) == 3


def test_a_new_secret_a_new_token_and_one_that_leaves_the_map_change_nothing_else(
    team: Team, read_secrets: Callable[[str], Values]
) -> None:
    before = read_secrets("checkout/")
    team.edit(
        r'^ *"taxes/rates" .* = \{ value_version = 1 \}$',
        '"taxes/rates" = { value_version = 2 }\n'
        '"taxes/reports" = { engine = "postgres", username = "taxes_reports" }',
    )
    team.edit(r'^ *"baskets/reports" .*\n', "")
    plan = team.plan(tax_rates_token=NEW_TOKEN)
    assert changed(plan) == {
        "baskets/reports": {"delete"},
        # A new version replaces the one that Terraform knows, and a label records its number.
        "taxes/rates": {"create", "delete", "update"},
        "taxes/reports": {"create"},
    }

    team.terraform.apply_plan(plan, tax_rates_token=NEW_TOKEN)
    after = read_secrets("checkout/")
    assert after["checkout/taxes/rates"] == {"token": NEW_TOKEN}
    assert after["checkout/taxes/reports"]["username"] == "taxes_reports"
    others = {"checkout/baskets/reports", "checkout/taxes/rates", "checkout/taxes/reports"}
    assert without(after, others) == without(before, others)
    assert "checkout/baskets/reports" not in after
    plan = team.plan()
    assert plan.is_empty, plan


def test_no_value_is_in_the_folder_and_all_are_destroyed(
    team: Team, read_secrets: Callable[[str], Values], secretsmanager: "SecretsManagerClient"
) -> None:
    values = read_secrets("checkout/").values()
    secrets = [str(value.get("password", value.get("token"))) for value in values]
    found = [
        place
        for secret in secrets
        for place in leaks.find(secret, [team.terraform.folder], {"out": team.terraform.transcript})
    ]
    assert found == []

    team.terraform.destroy()
    assert names(secretsmanager) == set()
