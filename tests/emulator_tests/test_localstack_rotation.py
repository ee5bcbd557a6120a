"""Secrets rotate in LocalStack as AWS documents it."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from harness.functions import Function, create_function, function, log_group, wait_for_logs, zip_of
from harness.rotation_events import Rotations
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

# Moves the staging labels as a rotation function does, and fails in the step that a test sets.
MOVE_LABELS = """
import json, os
import boto3

def handler(event, context):
    client = boto3.client("secretsmanager")
    secret, version = event["SecretId"], event["ClientRequestToken"]
    print("called with " + json.dumps(event))
    if event["Step"] == os.environ.get("FAIL_IN"):
        raise RuntimeError(event["Step"])
    labels = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    if event["Step"] == "createSecret":
        client.put_secret_value(
            SecretId=secret,
            ClientRequestToken=version,
            SecretString=json.dumps(labels),
            VersionStages=["AWSPENDING"],
        )
    if event["Step"] == "testSecret":
        value = client.get_secret_value(SecretId=secret, VersionId=version)["SecretString"]
        print("tested " + value)
    if event["Step"] == "finishSecret":
        current = next(id for id, stages in labels.items() if "AWSCURRENT" in stages)
        client.update_secret_version_stage(
            SecretId=secret,
            VersionStage="AWSCURRENT",
            MoveToVersionId=version,
            RemoveFromVersionId=current,
        )
"""
DAILY = {"AutomaticallyAfterDays": 1}


def waiting_for(gate: Path) -> str:
    """MOVE_LABELS, changed to wait in each step until a file exists."""
    wait = f"while not os.path.exists({str(gate)!r}):\n        time.sleep(0.02)\n    client = "
    return "import time\n" + MOVE_LABELS.replace("client = ", wait)


@pytest.fixture(scope="module")
def rotator(lambda_: "LambdaClient") -> Iterator[Function]:
    """Function that moves the labels and never fails."""
    with function(lambda_, MOVE_LABELS, Timeout=20) as created:
        created.allow()
        yield created


@pytest.fixture
def failing(lambda_: "LambdaClient") -> Iterator[Callable[[str], Function]]:
    """A factory of functions that fail in a step."""
    made: list[Function] = []

    def make(step: str) -> Function:
        settings = {"Timeout": 20, "Environment": {"Variables": {"FAIL_IN": step}}}
        made.append(create_function(lambda_, MOVE_LABELS, **settings))
        made[-1].allow()
        return made[-1]

    yield make
    for created in made:
        lambda_.delete_function(FunctionName=created.name)


class Secret:
    """A secret whose first version is `first`, with the value "initial"."""

    def __init__(self, client: "SecretsManagerClient", name: str) -> None:
        self.client = client
        created = client.create_secret(Name=name, SecretString="initial")
        self.arn, self.first = created["ARN"], created["VersionId"]

    def rotate(self, function: Function | None = None, **settings: Any) -> str:  # noqa: ANN401
        """Call RotateSecret, by default with a daily schedule; return the new version's id."""
        if function:
            settings = {
                "RotationLambdaARN": function.arn,
                "RotationRules": DAILY,
                "ClientRequestToken": uuid.uuid4().hex,
                **settings,
            }
        return self.client.rotate_secret(SecretId=self.arn, **settings)["VersionId"]

    def labels(self) -> dict[str, list[str]]:
        versions = self.describe()["VersionIdsToStages"]
        return {version_id: sorted(labels) for version_id, labels in versions.items()}

    def describe(self) -> dict[str, Any]:
        return dict(self.client.describe_secret(SecretId=self.arn))

    def value(self, **version: str) -> str:
        return self.client.get_secret_value(SecretId=self.arn, **version)["SecretString"]


@pytest.fixture
def secret(secretsmanager: "SecretsManagerClient", secret_name: str) -> Secret:
    return Secret(secretsmanager, secret_name)


def test_a_rotation_runs_the_four_steps_and_ends_with_the_labels_moved(
    secret: Secret, rotator: Function, rotations: Rotations
) -> None:
    begin = datetime.now(UTC)
    version_id = secret.rotate(rotator)

    assert rotations.wait_for_end(secret.arn) == ("RotationSucceeded", version_id, "")
    assert secret.labels() == {
        secret.first: ["AWSPREVIOUS"],
        version_id: ["AWSCURRENT", "AWSPENDING"],
    }
    described = secret.describe()
    assert described["RotationEnabled"] is True
    assert described["RotationLambdaARN"] == rotator.arn
    assert described["LastRotatedDate"] >= begin - timedelta(seconds=1)
    tomorrow = begin.date() + timedelta(days=1)
    assert described["NextRotationDate"].astimezone(UTC).date() == tomorrow
    # The labels in the function's first step: its version already has its label, but no value.
    seen = json.loads(secret.value())
    assert seen == {secret.first: ["AWSCURRENT"], version_id: ["AWSPENDING"]}


def test_the_function_gets_the_step_the_arn_and_the_token(
    secret: Secret, lambda_: "LambdaClient", rotations: Rotations
) -> None:
    with function(lambda_, MOVE_LABELS, Timeout=20) as fresh:
        fresh.allow()
        version_id = secret.rotate(fresh)
        assert rotations.wait_for_end(secret.arn).name == "RotationSucceeded"
        messages = wait_for_logs(boto3.client("logs"), log_group(fresh.name), 4 * 4 + 1)

    events = [json.loads(text[12:]) for text in messages if text.startswith("called with ")]
    assert [event.pop("Step") for event in events] == [
        "createSecret",
        "setSecret",
        "testSecret",
        "finishSecret",
    ]
    for event in events:
        assert event.pop("RotationToken")
        assert event == {"SecretId": secret.arn, "ClientRequestToken": version_id}


def test_a_second_rotation_moves_all_labels_on(
    secret: Secret, rotator: Function, rotations: Rotations
) -> None:
    first = secret.rotate(rotator)
    rotations.wait_for_end(secret.arn)
    second = secret.rotate()

    assert rotations.wait_for_end(secret.arn) == ("RotationSucceeded", second, "")
    labels = secret.labels()
    assert labels[first] == ["AWSPREVIOUS"]
    assert labels[second] == ["AWSCURRENT", "AWSPENDING"]


def test_labels_of_ones_own_stay_on_their_version_through_rotations(
    secret: Secret, rotator: Function, rotations: Rotations
) -> None:
    secret.client.update_secret_version_stage(
        SecretId=secret.arn, VersionStage="value-version-1", MoveToVersionId=secret.first
    )
    for _ in range(2):
        secret.rotate(rotator)
        assert rotations.wait_for_end(secret.arn).name == "RotationSucceeded"

    assert secret.labels()[secret.first] == ["value-version-1"]
    assert secret.value(VersionStage="value-version-1") == "initial"


def test_rotate_secret_returns_before_the_rotation_has_ended(
    secret: Secret, lambda_: "LambdaClient", rotations: Rotations, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    with function(lambda_, waiting_for(gate), Timeout=60) as created:
        created.allow()
        version_id = secret.rotate(created)
        assert secret.labels()[version_id] == ["AWSPENDING"]
        assert "LastRotatedDate" not in secret.describe()

        gate.touch()
        assert rotations.wait_for_end(secret.arn).name == "RotationSucceeded"


@pytest.mark.parametrize("step", ["createSecret", "setSecret", "testSecret", "finishSecret"])
def test_a_step_that_fails_leaves_the_value_and_heals_with_the_next_attempt(
    step: str,
    secret: Secret,
    failing: Callable[[str], Function],
    rotations: Rotations,
) -> None:
    broken = failing(step)
    version_id = secret.rotate(broken)

    failed = rotations.wait_for_end(secret.arn)
    assert failed.name == "RotationFailed"
    assert failed.error == f"Error when executing lambda {broken.arn} during {step} step"
    assert secret.labels() == {secret.first: ["AWSCURRENT"], version_id: ["AWSPENDING"]}
    assert secret.value() == "initial"
    assert "LastRotatedDate" not in secret.describe()

    broken.set_variables()
    with pytest.raises(
        ClientError, match=r"A previous rotation isn't complete\. That rotation will be reattempted"
    ):
        secret.rotate()
    assert rotations.wait_for_end(secret.arn) == ("RotationSucceeded", version_id, "")
    assert secret.labels()[version_id] == ["AWSCURRENT", "AWSPENDING"]


def test_the_value_of_a_pending_version_cannot_be_changed(
    secret: Secret, failing: Callable[[str], Function], rotations: Rotations
) -> None:
    version_id = secret.rotate(failing("setSecret"))
    rotations.wait_for_end(secret.arn)
    value = secret.value(VersionId=version_id)

    def put(text: str) -> None:
        secret.client.put_secret_value(
            SecretId=secret.arn,
            ClientRequestToken=version_id,
            SecretString=text,
            VersionStages=["AWSPENDING"],
        )

    put(value)
    with pytest.raises(secret.client.exceptions.ResourceExistsException):
        put("another")
    assert secret.value(VersionId=version_id) == value


def test_a_function_that_does_not_finish_fails_the_rotation(
    secret: Secret, lambda_: "LambdaClient", rotations: Rotations
) -> None:
    with function(lambda_, "def handler(event, context): pass") as idle:
        idle.allow()
        version_id = secret.rotate(idle)

        assert rotations.wait_for_end(secret.arn).name == "RotationFailed"
    assert secret.labels() == {secret.first: ["AWSCURRENT"], version_id: ["AWSPENDING"]}


def test_a_key_that_is_disabled_fails_the_rotation(
    secret: Secret, rotator: Function, rotations: Rotations, kms: "KMSClient"
) -> None:
    key = kms.create_key()["KeyMetadata"]["Arn"]
    secret.client.update_secret(SecretId=secret.arn, KmsKeyId=key)
    kms.disable_key(KeyId=key)
    version_id = secret.rotate(rotator)

    failed = rotations.wait_for_end(secret.arn)
    assert failed.name == "RotationFailed"
    assert failed.error == f"Error when executing lambda {rotator.arn} during createSecret step"
    assert secret.labels() == {secret.first: ["AWSCURRENT"], version_id: ["AWSPENDING"]}


def test_a_new_value_ends_a_rotation_that_has_failed(
    secret: Secret,
    rotator: Function,
    failing: Callable[[str], Function],
    rotations: Rotations,
) -> None:
    failed_id = secret.rotate(failing("setSecret"))
    rotations.wait_for_end(secret.arn)
    put = secret.client.put_secret_value(SecretId=secret.arn, SecretString="put")

    assert rotations.wait_for_end(secret.arn) == ("RotationAbandoned", failed_id, "")
    assert secret.labels() == {secret.first: ["AWSPREVIOUS"], put["VersionId"]: ["AWSCURRENT"]}

    secret.rotate(rotator)
    assert rotations.wait_for_end(secret.arn).name == "RotationSucceeded"


def test_a_token_that_comes_again_does_not_rotate_again(
    secret: Secret, rotator: Function, rotations: Rotations
) -> None:
    token = "t" * 32
    assert secret.rotate(rotator, ClientRequestToken=token) == token
    rotations.wait_for_end(secret.arn)
    before = secret.describe()

    assert secret.rotate(rotator, ClientRequestToken=token) == token
    after = secret.describe()
    assert after["VersionIdsToStages"] == before["VersionIdsToStages"]
    assert after["LastRotatedDate"] == before["LastRotatedDate"]

    # If it had rotated again, this call would fail, or that rotation would end first.
    second = secret.rotate()
    assert rotations.wait_for_end(secret.arn).version_id == second


def test_the_token_of_a_failed_rotation_repeats_it(
    secret: Secret,
    failing: Callable[[str], Function],
    rotations: Rotations,
) -> None:
    broken = failing("createSecret")
    version_id = secret.rotate(broken)
    rotations.wait_for_end(secret.arn)
    broken.set_variables()

    assert secret.rotate(ClientRequestToken=version_id) == version_id
    assert rotations.wait_for_end(secret.arn) == ("RotationSucceeded", version_id, "")


def test_of_rotations_at_once_only_one_runs(
    secret: Secret, rotator: Function, rotations: Rotations
) -> None:
    outcomes: list[object] = []

    def rotate() -> None:
        try:
            outcomes.append(secret.rotate(rotator))
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])

    threads = [threading.Thread(target=rotate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("InvalidRequestException") == 3
    succeeded = rotations.wait_for_end(secret.arn)
    assert succeeded.name == "RotationSucceeded"
    assert secret.labels() == {
        secret.first: ["AWSPREVIOUS"],
        succeeded.version_id: ["AWSCURRENT", "AWSPENDING"],
    }


def test_a_rotation_that_is_to_wait_tests_the_function_and_leaves_the_secret(
    secret: Secret, lambda_: "LambdaClient", rotations: Rotations
) -> None:
    with function(lambda_, MOVE_LABELS, Timeout=20) as fresh:
        fresh.allow()
        version_id = secret.rotate(fresh, RotateImmediately=False)

        assert rotations.wait_for_end(secret.arn) == ("TestRotationSucceeded", version_id, "")
        messages = wait_for_logs(boto3.client("logs"), log_group(fresh.name), 5)
    assert [text for text in messages if text.startswith("tested")] == ["tested initial\n"]
    assert secret.labels() == {secret.first: ["AWSCURRENT"]}
    described = secret.describe()
    assert described["RotationEnabled"] is True
    assert "LastRotatedDate" not in described


def test_a_test_of_the_function_that_fails_leaves_the_secret_too(
    secret: Secret, failing: Callable[[str], Function], rotations: Rotations
) -> None:
    broken = failing("testSecret")
    secret.rotate(broken, RotateImmediately=False)

    failed = rotations.wait_for_end(secret.arn)
    assert failed.name == "TestRotationFailed"
    assert failed.error == f"Error when executing lambda {broken.arn} during testSecret step"
    assert secret.labels() == {secret.first: ["AWSCURRENT"]}


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        ({"AutomaticallyAfterDays": 30}, 30),
        ({"AutomaticallyAfterDays": 30, "Duration": "3h"}, 30),
        ({"ScheduleExpression": "rate(10 days)", "Duration": "2h"}, 10),
        ({"ScheduleExpression": "rate(12 hours)"}, 1),
        ({"ScheduleExpression": "cron(0 4 ? * SUN *)", "Duration": "4h"}, 7),
    ],
    ids=str,
)
def test_a_schedule_is_described_as_it_was_given(
    rules: dict[str, Any], days: int, secret: Secret, rotator: Function, rotations: Rotations
) -> None:
    secret.rotate(rotator, RotationRules=rules, RotateImmediately=False)
    rotations.wait_for_end(secret.arn)

    assert secret.describe()["RotationRules"] == {"AutomaticallyAfterDays": days} | rules


def test_a_schedule_that_cannot_be_is_refused(secret: Secret, rotator: Function) -> None:
    both = {"AutomaticallyAfterDays": 30, "ScheduleExpression": "rate(30 days)"}
    with pytest.raises(ClientError, match="You cannot specify both rotation frequency and"):
        secret.rotate(rotator, RotationRules=both)

    assert "RotationEnabled" not in secret.describe()


@pytest.mark.parametrize(
    "permission",
    [
        None,
        {"Principal": "events.amazonaws.com"},
        {"SourceAccount": "111111111111"},
        {"SourceArn": "arn:aws:secretsmanager:us-east-1:000000000000:secret:other-*"},
    ],
    ids=["none", "another service", "another account", "another secret"],
)
def test_a_function_that_secrets_manager_may_not_invoke_is_refused(
    permission: dict[str, str] | None, secret: Secret, lambda_: "LambdaClient"
) -> None:
    with function(lambda_, MOVE_LABELS) as closed:
        if permission:
            closed.allow(**permission)
        with pytest.raises(ClientError, match="cannot invoke the specified Lambda") as caught:
            secret.rotate(closed)

    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "RotationEnabled" not in secret.describe()


def test_a_permission_for_this_account_and_secret_is_enough(
    secret: Secret, lambda_: "LambdaClient", rotations: Rotations
) -> None:
    with function(lambda_, MOVE_LABELS, Timeout=20) as created:
        created.allow(SourceAccount="000000000000", SourceArn=secret.arn)
        secret.rotate(created)

        assert rotations.wait_for_end(secret.arn).name == "RotationSucceeded"


def test_a_function_that_does_not_exist_is_refused_in_the_same_words(
    secret: Secret, rotator: Function
) -> None:
    missing = Function(rotator.client, "missing", rotator.arn.replace(rotator.name, "missing"))

    with pytest.raises(ClientError, match="cannot invoke the specified Lambda function"):
        secret.rotate(missing)


def test_a_secret_without_a_function_cannot_be_rotated(secret: Secret) -> None:
    with pytest.raises(ClientError, match="No Lambda rotation function ARN is associated"):
        secret.rotate()


def test_rotation_that_is_cancelled_ends_where_it_is_and_can_be_turned_on_again(
    secret: Secret,
    rotator: Function,
    lambda_: "LambdaClient",
    rotations: Rotations,
    tmp_path: Path,
) -> None:
    gate = tmp_path / "gate"
    with function(lambda_, waiting_for(gate), Timeout=60) as created:
        created.allow()
        version_id = secret.rotate(created)
        secret.client.cancel_rotate_secret(SecretId=secret.arn)

        gate.touch()
        ended = rotations.wait_for_end(secret.arn)
    assert ended.error == "CancelRotateSecret has ended the rotation"
    assert secret.labels() == {secret.first: ["AWSCURRENT"], version_id: ["AWSPENDING"]}
    described = secret.describe()
    assert described["RotationEnabled"] is False
    assert described["RotationRules"] == DAILY
    assert described["RotationLambdaARN"] == created.arn
    assert "NextRotationDate" not in described

    secret.client.update_secret_version_stage(
        SecretId=secret.arn, VersionStage="AWSPENDING", RemoveFromVersionId=version_id
    )
    secret.rotate(rotator)
    assert rotations.wait_for_end(secret.arn).name == "RotationSucceeded"
    assert secret.describe()["RotationEnabled"] is True


HCL = """
variable "name" { type = string }
variable "rules" {
  type = object({
    automatically_after_days = optional(number)
    schedule_expression      = optional(string)
    duration                 = optional(string)
  })
  default = null
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_secretsmanager_secret" "this" {
  name = var.name
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = "initial"
  secret_string_wo_version = 1
  version_stages           = ["AWSCURRENT", "value-version-1"]

  lifecycle {
    ignore_changes = [version_stages]
  }
}

resource "aws_iam_role" "this" {
  name_prefix = "rotation-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_lambda_function" "this" {
  function_name    = replace(var.name, "/", "-")
  role             = aws_iam_role.this.arn
  runtime          = "python3.13"
  handler          = "function.handler"
  filename         = "function.zip"
  source_code_hash = filebase64sha256("function.zip")
  timeout          = 20
}

resource "aws_lambda_permission" "this" {
  function_name  = aws_lambda_function.this.function_name
  action         = "lambda:InvokeFunction"
  principal      = "secretsmanager.amazonaws.com"
  source_account = "000000000000"
}

resource "aws_secretsmanager_secret_rotation" "this" {
  count = var.rules == null ? 0 : 1

  secret_id           = aws_secretsmanager_secret_version.this.secret_id
  rotation_lambda_arn = aws_lambda_function.this.arn

  rotation_rules {
    automatically_after_days = var.rules.automatically_after_days
    schedule_expression      = var.rules.schedule_expression
    duration                 = var.rules.duration
  }

  depends_on = [aws_lambda_permission.this]
}
"""


@pytest.mark.exhaustive
def test_terraform_turns_rotation_on_changes_its_schedule_and_turns_it_off(
    workspace: Workspace,
    secret_name: str,
    secretsmanager: "SecretsManagerClient",
    rotations: Rotations,
) -> None:
    terraform = workspace(HCL)
    (terraform.folder / "function.zip").write_bytes(zip_of(MOVE_LABELS))

    def apply(**rules: object) -> dict[str, Any]:
        """Apply, expect a rotation and no further change; return the secret's rules."""
        terraform.apply(name=secret_name, rules=rules)
        described = secretsmanager.describe_secret(SecretId=secret_name)
        ended = rotations.wait_for_end(described["ARN"])
        assert ended.name == "RotationSucceeded", ended
        plan = terraform.plan(name=secret_name, rules=rules)
        assert plan.is_empty, plan
        return dict(described["RotationRules"])

    assert apply(automatically_after_days=30) == {"AutomaticallyAfterDays": 30}
    # From days to a schedule and back, which hashicorp/terraform-provider-aws#33329 says fails.
    weekly = {"schedule_expression": "cron(0 4 ? * SUN *)", "duration": "4h"}
    assert apply(**weekly) == {
        "AutomaticallyAfterDays": 7,
        "ScheduleExpression": "cron(0 4 ? * SUN *)",
        "Duration": "4h",
    }
    assert apply(automatically_after_days=60) == {"AutomaticallyAfterDays": 60}

    value = secretsmanager.get_secret_value(SecretId=secret_name)
    terraform.apply(name=secret_name)
    assert terraform.plan(name=secret_name).is_empty
    described = secretsmanager.describe_secret(SecretId=secret_name)
    assert described["RotationEnabled"] is False
    kept = secretsmanager.get_secret_value(SecretId=secret_name)
    assert kept["VersionId"] == value["VersionId"]
