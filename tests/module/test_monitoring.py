"""The topic gets messages about a secret, which say who did what and what to do."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from harness import metric_filters
from harness.functions import function
from harness.monitoring import ACCOUNT, EVENTS, HOME, About, Letters
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

OTHER_ACCOUNT = "222222222222"
ELSEWHERE = "eu-west-1"
KEY = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000001"
COUNTED = {"calls", "denied-reads"}
OF_ROTATION = {"rotated", "rotation-due", "rotation-failed"}

HCL = """
provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "replica"
  region = "eu-west-1"
}

variable "secret_name" {}
variable "secret_arn" {}
variable "key_arn" {}
variable "replica" {}
variable "replica_key" {}

locals {
  readers = [
    "arn:aws:iam::000000000000:role/application",
    "arn:aws:iam::000000000000:role/deploy",
    "arn:aws:iam::000000000000:user/batch/nightly",
    "arn:aws:iam::222222222222:role/of/partner",
  ]
  services = ["appflow.amazonaws.com"]
}

module "events" {
  source = "./module/modules/monitoring"

  secret_name         = var.secret_name
  secret_arn          = var.secret_arn
  key_arn             = var.key_arn
  readers             = local.readers
  reader_services     = local.services
  rotates             = true
  rotated_within_days = 2
  emails              = ["security@example.com"]
  calls_threshold     = 500
}

resource "aws_cloudwatch_log_group" "trail" {
  name = "trail/${var.secret_name}"
}

module "logs" {
  source = "./module/modules/monitoring"

  secret_name               = "${var.secret_name}/logs"
  secret_arn                = replace(var.secret_arn, var.secret_name, "${var.secret_name}/logs")
  topic_arn                 = module.events.topic_arn
  cloudtrail_log_group_name = aws_cloudwatch_log_group.trail.name
}

module "replica" {
  source    = "./module/modules/monitoring"
  providers = { aws = aws.replica }

  secret_name     = var.secret_name
  secret_arn      = var.replica
  key_arn         = var.replica_key
  readers         = local.readers
  reader_services = local.services
  emails          = ["security@example.com"]
}

output "topic_arn" {
  value = module.events.topic_arn
}

output "topic_of_replica" {
  value = module.replica.topic_arn
}
"""


@dataclass(frozen=True)
class Watched:
    """A watched secret, its replica, and another secret, which the logs of a trail watch."""

    about: About
    replica: About
    by_logs: About
    topic_arn: str
    topic_of_replica: str

    def purpose(self, name: str) -> str:
        """Return the purpose of a rule or alarm, or its whole name if it is another secret's."""
        return name.removeprefix(self.topic_arn.rpartition(":")[2].removesuffix("alerts"))


@pytest.fixture(scope="module")
def watched(
    shared_workspace: Workspace, secretsmanager: "SecretsManagerClient"
) -> Iterator[Watched]:
    """Create a secret and watch it with every option."""
    name = f"test/{uuid.uuid4().hex}/credentials"
    arn = secretsmanager.create_secret(
        Name=name, SecretString="{}", AddReplicaRegions=[{"Region": ELSEWHERE}]
    )["ARN"]
    there = boto3.client("secretsmanager", region_name=ELSEWHERE)
    copy = there.describe_secret(SecretId=name)["ARN"]
    replica = About(name, copy, KEY.replace(HOME, ELSEWHERE))
    terraform = shared_workspace(HCL)
    variables = {
        "secret_name": name,
        "secret_arn": arn,
        "key_arn": KEY,
        "replica": replica.arn,
        "replica_key": replica.key,
    }
    terraform.apply(**variables)
    plan = terraform.plan(**variables)
    assert plan.is_empty, plan
    by_logs = About(f"{name}/logs", arn.replace(name, f"{name}/logs"), KEY)
    about = About(name, arn, KEY)
    topics = terraform.output()
    yield Watched(about, replica, by_logs, topics["topic_arn"], topics["topic_of_replica"])
    terraform.destroy(**variables)
    secretsmanager.remove_regions_from_replication(SecretId=arn, RemoveReplicaRegions=[ELSEWHERE])
    secretsmanager.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


@pytest.fixture(scope="module")
def rules(watched: Watched) -> dict[str, Mapping[str, Any]]:
    """The rules for the secret, by purpose."""
    return of_the_secret(watched, HOME)


@pytest.fixture(scope="module")
def rules_of_replica(watched: Watched) -> dict[str, Mapping[str, Any]]:
    """The rules for the replica, in its region, by purpose."""
    return of_the_secret(watched, ELSEWHERE)


def of_the_secret(watched: Watched, region: str) -> dict[str, Mapping[str, Any]]:
    """Return the rules in a region that are for the secret, by purpose."""
    listed = boto3.client("events", region_name=region).list_rules(Limit=100)["Rules"]
    named = {watched.purpose(rule["Name"]): rule for rule in listed}
    return {name: rule for name, rule in named.items() if name != rule["Name"]}


@pytest.fixture(scope="module")
def filters(watched: Watched) -> dict[str, Mapping[str, Any]]:
    """The metric filters on the trail's logs, by what they count."""
    described = boto3.client("logs").describe_metric_filters(
        logGroupName=f"trail/{watched.about.name}"
    )
    named = {each["filterName"]: each for each in described["metricFilters"]}
    return {kind: each for kind in COUNTED for name, each in named.items() if name.endswith(kind)}


@pytest.fixture
def letters(watched: Watched) -> Iterator[Letters]:
    """The messages of the topic."""
    with Letters(watched.topic_arn) as subscribed:
        yield subscribed


@pytest.mark.parametrize("fixture", EVENTS, ids=lambda fixture: fixture["name"].replace(" ", "_"))
def test_an_event_matches_the_rules_that_it_should(
    watched: Watched, rules: Mapping[str, Mapping[str, Any]], fixture: Mapping[str, Any]
) -> None:
    assert matching(rules, watched.about.event(fixture)) == set(fixture["alerts"])


def matching(rules: Mapping[str, Mapping[str, Any]], event: Mapping[str, Any]) -> set[str]:
    """Return the names of the rules that an event matches."""
    events = boto3.client("events")
    return {
        name
        for name, rule in rules.items()
        if events.test_event_pattern(EventPattern=rule["EventPattern"], Event=json.dumps(event))[
            "Result"
        ]
    }


@pytest.mark.parametrize("fixture", EVENTS, ids=lambda fixture: fixture["name"].replace(" ", "_"))
def test_an_event_about_a_replica_matches_the_rules_of_its_region(
    watched: Watched,
    rules: Mapping[str, Mapping[str, Any]],
    rules_of_replica: Mapping[str, Mapping[str, Any]],
    fixture: Mapping[str, Any],
) -> None:
    event = watched.replica.event(fixture)

    assert event["region"] == ELSEWHERE
    assert set(rules_of_replica) == set(rules) - OF_ROTATION
    assert matching(rules_of_replica, event) == set(fixture["alerts"]) - OF_ROTATION


def test_the_topic_of_a_replica_is_in_its_region(
    watched: Watched, rules_of_replica: Mapping[str, Mapping[str, Any]]
) -> None:
    events = boto3.client("events", region_name=ELSEWHERE)
    told = {
        target["Arn"]
        for rule in rules_of_replica.values()
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    }

    assert told == {watched.topic_of_replica}
    assert watched.topic_of_replica.split(":")[3] == ELSEWHERE


@pytest.mark.parametrize("fixture", EVENTS, ids=lambda fixture: fixture["name"].replace(" ", "_"))
def test_a_trails_record_is_counted_as_the_rules_count(
    watched: Watched, filters: Mapping[str, Mapping[str, Any]], fixture: Mapping[str, Any]
) -> None:
    record = watched.by_logs.event(fixture)["detail"]

    matching = {
        name
        for name, each in filters.items()
        if metric_filters.matches(each["filterPattern"], record)
    }

    assert matching == COUNTED & set(fixture["alerts"])


@pytest.mark.parametrize(
    "change", [{"awsRegion": "eu-west-1"}, {"recipientAccountId": OTHER_ACCOUNT}], ids=str
)
def test_a_trails_record_of_elsewhere_is_not_counted(
    watched: Watched, filters: Mapping[str, Mapping[str, Any]], change: Mapping[str, str]
) -> None:
    records = [watched.by_logs.event(fixture)["detail"] | change for fixture in EVENTS]

    assert not any(
        metric_filters.matches(each["filterPattern"], record)
        for each in filters.values()
        for record in records
    )


def test_every_rule_is_tried_with_an_event_that_matches(
    rules: Mapping[str, Mapping[str, Any]],
) -> None:
    assert set(rules) == {name for fixture in EVENTS for name in fixture["alerts"]}


type Pattern = dict[str, Pattern] | list[Pattern] | str | bool


def without_a_part(pattern: Pattern) -> Iterator[tuple[str, Pattern]]:
    """Yield each of several keys or values, and the pattern without it."""
    if isinstance(pattern, dict):
        for key, part in pattern.items():
            others = {other: it for other, it in pattern.items() if other != key}
            if others:
                yield key, others
            for where, fewer in without_a_part(part):
                yield f"{key}.{where}", {**pattern, key: fewer}
    elif isinstance(pattern, list):
        for number, part in enumerate(pattern):
            before, after = pattern[:number], pattern[number + 1 :]
            if before or after:
                yield json.dumps(part), [*before, *after]
            for where, fewer in without_a_part(part):
                yield f"{number}.{where}", [*before, fewer, *after]


# Parts that no AWS event can test. An event's name implies its service. The secret's account is
# never another account, and no role has the name (none). No other call names a secret together
# with a key, a function or a schedule. No other error names a resource.
UNTOLD = (
    "source",
    "detail-type",
    f'"{ACCOUNT}"',
    '"(none)"',
    *(f"change: $or.0.detail.$or.{number}.eventName" for number in range(1, 5)),
    "denied-reads: detail.errorCode",
)


@pytest.mark.exhaustive
def test_an_event_matches_otherwise_for_every_part_of_a_pattern_that_is_removed(
    watched: Watched, rules: Mapping[str, Mapping[str, Any]]
) -> None:
    events = boto3.client("events")
    about = watched.about
    ids = [about.name, about.arn, about.arn.rpartition("-")[0]]
    samples = []
    for fixture in EVENTS:
        event = about.event(fixture)
        parameters = event["detail"].get("requestParameters") or {}
        named = ids if parameters.get("secretId") in ids else [None]
        for name in named:
            if name:
                parameters["secretId"] = name
            samples.append((json.dumps(event), fixture["alerts"]))

    def notices(name: str, pattern: object) -> bool:
        return any(
            events.test_event_pattern(EventPattern=json.dumps(pattern), Event=sample)["Result"]
            != (name in alerts)
            for sample, alerts in samples
        )

    unnoticed = [
        f"{name}: {part}"
        for name, rule in rules.items()
        for part, pattern in without_a_part(json.loads(rule["EventPattern"]))
        if not f"{name}: {part}".endswith(UNTOLD) and not notices(name, pattern)
    ]

    assert not unnoticed, "\n" + "\n".join(unnoticed)


def test_rules_about_reading_get_read_only_events(
    rules: Mapping[str, Mapping[str, Any]],
) -> None:
    states = {name: rule["State"] for name, rule in rules.items()}

    assert {name for name, state in states.items() if state != "ENABLED"} == {
        "read-by-others",
        "read-otherwise",
        *COUNTED,
    }
    assert states["read-by-others"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def test_patterns_keep_within_the_quotas_of_an_event_bus(
    rules: Mapping[str, Mapping[str, Any]],
) -> None:
    patterns = {name: rule["EventPattern"] for name, rule in rules.items()}

    assert max(map(len, patterns.values())) <= 2048
    assert {name for name, each in patterns.items() if "wildcard" in each} == {"denied-reads"}


def test_a_message_says_who_did_what_when_and_from_where(
    watched: Watched, letters: Letters
) -> None:
    watched.about.send("a stranger reads by name")

    message = letters.next()
    assert message["alert"] == "A principal that is not in the list of readers read the value"
    assert message["secret"] == watched.about.name
    assert message["what"] == "GetSecretValue"
    assert message["who"] == (
        "arn:aws:sts::000000000000:assumed-role/stranger/mallory  "
        "(principal AROAEXAMPLESTRANGER:mallory of account 000000000000)"
    )
    assert message["from"] == "203.0.113.7"
    assert message["region"] == "us-east-1"
    assert message["when"]
    assert "rotate it" in message["what to do"]
    assert not any("<" in part for part in message.values())


def test_a_rotation_that_fails_is_told(
    watched: Watched,
    letters: Letters,
    secretsmanager: "SecretsManagerClient",
    lambda_: "LambdaClient",
) -> None:
    with function(lambda_, "def handler(event, context):\n    raise RuntimeError") as failing:
        failing.allow()
        secretsmanager.rotate_secret(
            SecretId=watched.about.arn,
            RotationLambdaARN=failing.arn,
            RotationRules={"AutomaticallyAfterDays": 30},
        )

        message = letters.next()

    assert message["what"] == "RotationFailed"
    assert message["who"].strip().startswith("secretsmanager.amazonaws.com")
    assert failing.arn in message["error"]


def metric(alarm: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an alarm counts, with 0 for no data: `Metric`, `Period` and `Stat`."""
    queries = {each["Id"]: each for each in alarm["Metrics"]}
    (judged,) = (each for each in queries.values() if each["ReturnData"])
    assert judged["Expression"] == "FILL(events, 0)"
    statistic: Mapping[str, Any] = queries["events"]["MetricStat"]
    return statistic


def test_an_alarm_counts_the_matches_of_its_rule_and_tells_the_topic(
    watched: Watched, rules: Mapping[str, Mapping[str, Any]], letters: Letters
) -> None:
    cloudwatch = boto3.client("cloudwatch")
    alarms = {
        watched.purpose(alarm["AlarmName"]): alarm
        for alarm in cloudwatch.describe_alarms()["MetricAlarms"]
        if rules["calls"]["Name"].removesuffix("calls") in alarm["AlarmName"]
    }

    assert {
        name: (
            metric(alarm)["Metric"],
            metric(alarm)["Stat"],
            metric(alarm)["Period"],
            alarm["ComparisonOperator"],
            alarm["Threshold"],
            alarm["DatapointsToAlarm"],
            alarm["EvaluationPeriods"],
            alarm["TreatMissingData"],
        )
        for name, alarm in alarms.items()
    } == {
        name: (
            {
                "Namespace": "AWS/Events",
                "MetricName": "TriggeredRules",
                "Dimensions": [
                    {"Name": "RuleName", "Value": rules[name.removeprefix("not-")]["Name"]}
                ],
            },
            "Sum",
            *comparison,
        )
        for name, comparison in (
            ("denied-reads", (300, "GreaterThanThreshold", 5, 1, 3, "notBreaching")),
            ("calls", (3600, "GreaterThanThreshold", 500, 1, 3, "notBreaching")),
            ("not-rotated", (86400, "LessThanThreshold", 1, 2, 2, "breaching")),
        )
    }
    for alarm in alarms.values():
        for state in ("OK", "ALARM"):
            cloudwatch.set_alarm_state(
                AlarmName=alarm["AlarmName"], StateValue=state, StateReason="tried"
            )
        message = letters.next()
        assert message["AlarmName"] == alarm["AlarmName"]


def test_an_alarm_counts_what_its_metric_filter_finds(
    watched: Watched, filters: Mapping[str, Mapping[str, Any]]
) -> None:
    metrics = {
        (each["metricNamespace"], each["metricName"])
        for found in filters.values()
        for each in found["metricTransformations"]
    }
    alarms = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]

    assert len(metrics) == len(COUNTED)
    assert metrics <= {
        (metric(alarm)["Metric"]["Namespace"], metric(alarm)["Metric"]["MetricName"])
        for alarm in alarms
        if watched.topic_arn in alarm["AlarmActions"]
    }
