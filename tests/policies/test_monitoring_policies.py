"""Who can publish to the topic that modules/monitoring creates, and use its key."""

import json
from collections.abc import Mapping, Sequence

import pytest

from harness.access import mutants
from harness.workspace import Workspace
from iam.engine import Document, Engine, Policies, Request, lint

ACCOUNT = "000000000000"
OTHER_ACCOUNT = "222222222222"
REGION = f"us-east-1:{ACCOUNT}"
KEY = f"arn:aws:kms:{REGION}:key/00000000-0000-0000-0000-000000000001"
ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:role/administrator"
FOREIGNER = f"arn:aws:iam::{OTHER_ACCOUNT}:role/administrator"
EVENTBRIDGE, CLOUDWATCH, S3 = (
    f"{service}.amazonaws.com" for service in ("events", "cloudwatch", "s3")
)
ALARM = {
    "aws:SourceAccount": ACCOUNT,
    "aws:SourceArn": f"arn:aws:cloudwatch:{REGION}:alarm:any",
}
FOREIGN_ALARM = {name: each.replace(ACCOUNT, OTHER_ACCOUNT) for name, each in ALARM.items()}
EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}
OTHER_TOPIC = f"arn:aws:sns:{REGION}:other"
HCL = """
provider "aws" {
  region = "us-east-1"
}

module "monitoring" {
  source = "./module/modules/monitoring"

  secret_name = "tests/monitoring"
  secret_arn  = "arn:aws:secretsmanager:us-east-1:000000000000:secret:tests/monitoring-AbCdEf"
  emails      = ["security@example.com"]
}
"""

type Row = tuple[str, str, Mapping[str, str], bool]

# Principal, action, condition keys that AWS sends in addition, and whether the request is allowed.
# The roles' own policies allow everything.
ROWS: Sequence[Row] = [
    (EVENTBRIDGE, "sns:Publish", {}, True),
    (EVENTBRIDGE, "sns:Subscribe", {}, False),
    (CLOUDWATCH, "sns:Publish", ALARM, True),
    (CLOUDWATCH, "sns:Publish", {}, False),
    (CLOUDWATCH, "sns:Publish", FOREIGN_ALARM, False),
    (CLOUDWATCH, "sns:Publish", ALARM | {"aws:SourceAccount": OTHER_ACCOUNT}, False),
    (CLOUDWATCH, "sns:Publish", ALARM | {"aws:SourceArn": FOREIGN_ALARM["aws:SourceArn"]}, False),
    (CLOUDWATCH, "sns:Subscribe", ALARM, False),
    (S3, "sns:Publish", ALARM, False),
    (ADMINISTRATOR, "sns:Publish", {}, True),
    (ADMINISTRATOR, "sns:Publish", {"aws:SecureTransport": "false"}, False),
    (FOREIGNER, "sns:Publish", {}, False),
    (FOREIGNER, "sns:Subscribe", {}, False),
    (EVENTBRIDGE, "kms:Decrypt", {}, True),
    (EVENTBRIDGE, "kms:GenerateDataKey", {}, True),
    (EVENTBRIDGE, "kms:Encrypt", {}, False),
    (CLOUDWATCH, "kms:Decrypt", ALARM, True),
    (CLOUDWATCH, "kms:GenerateDataKey", ALARM, True),
    (CLOUDWATCH, "kms:Decrypt", FOREIGN_ALARM, False),
    (CLOUDWATCH, "kms:Encrypt", ALARM, False),
    (S3, "kms:Decrypt", ALARM, False),
    (ADMINISTRATOR, "kms:PutKeyPolicy", {}, True),
    (ADMINISTRATOR, "kms:Decrypt", {}, True),
    (FOREIGNER, "kms:Decrypt", {}, False),
    (FOREIGNER, "kms:PutKeyPolicy", {}, False),
]


@pytest.fixture(scope="module")
def policies(shared_workspace: Workspace) -> Mapping[str, Document]:
    """The policies of the topic and of its key, by the service that evaluates them."""
    planned = {change.address: change.after for change in shared_workspace(HCL).plan().changes}
    return {
        "sns": json.loads(planned["module.monitoring.aws_sns_topic_policy.this[0]"]["policy"]),
        "kms": json.loads(planned["module.monitoring.aws_kms_key.topic[0]"]["policy"]),
    }


@pytest.fixture(scope="module")
def topic(policies: Mapping[str, Document]) -> str:
    """ARN of the topic, in all statements of its policy."""
    (arn,) = {statement["Resource"] for statement in policies["sns"]["Statement"]}
    return str(arn)


def question(row: Row, policies: Mapping[str, Document], topic: str) -> tuple[Request, Policies]:
    """Return a row as a question to the engine, about this topic and the key's use for it."""
    principal, action, circumstances, _ = row
    service = action.partition(":")[0]
    context = {"aws:SecureTransport": "true", "aws:ViaAWSService": "false", **circumstances}
    if action in ("kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt"):
        context["kms:EncryptionContext:aws:sns:topicArn"] = topic
    resource = topic if service == "sns" else KEY
    own = [EVERYTHING] if principal.startswith("arn:") else []
    request = Request(principal, action, resource, ACCOUNT, context)
    return request, Policies(identity=own, resource=policies[service])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]} {'' if row[3] else 'no'}")
def test_the_topic_and_its_key_serve_rules_and_alarms_of_this_account(
    engine: Engine, policies: Mapping[str, Document], topic: str, row: Row
) -> None:
    decision = engine.decide(*question(row, policies, topic))

    assert decision.allowed == row[3], decision.statements


@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:GenerateDataKey"])
@pytest.mark.parametrize(("service", "context"), [(EVENTBRIDGE, {}), (CLOUDWATCH, ALARM)])
def test_no_service_uses_the_key_for_another_topic(
    engine: Engine,
    policies: Mapping[str, Document],
    service: str,
    context: Mapping[str, str],
    action: str,
) -> None:
    row = (service, action, context, False)

    assert not engine.decide(*question(row, policies, OTHER_TOPIC)).allowed


def test_the_policies_are_free_of_faults(policies: Mapping[str, Document]) -> None:
    assert {name: lint(policy) for name, policy in policies.items()} == {"sns": [], "kms": []}


def test_every_part_of_the_policies_that_is_removed_or_widened_is_noticed(
    engine: Engine, policies: Mapping[str, Document], topic: str
) -> None:
    asked = [(row, topic) for row in ROWS]
    asked += [(row, OTHER_TOPIC) for row in ROWS if row[1].startswith("kms:")]

    def decisions(documents: Mapping[str, Document]) -> list[bool]:
        questions = [question(row, documents, used_for) for row, used_for in asked]
        return [decision.allowed for decision in engine.decide_all(questions)]

    unnoticed = [
        f"{service} {change}"
        for service, policy in policies.items()
        for change, mutant in mutants(policy)
        # In a topic's policy, * means that topic.
        if not change.endswith("allows every resource")
        and decisions({**policies, service: mutant}) == decisions(policies)
    ]

    assert unnoticed == []
