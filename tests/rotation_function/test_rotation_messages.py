"""Every message of the rotation function names a remedy, and the doctor repeats each message."""

import ast
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import pytest

from harness.doctor import VALUE, diagnose, problems
from harness.functions import function as running_function
from harness.functions import log_group
from secret_doctor.aws import AWS, Subject
from secret_doctor.rotation import failed_step
from tools.environments import ROOT

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

# The doctor checks all VPC endpoints of an account. This account has no other test's endpoints.
pytestmark = pytest.mark.usefixtures("own_account")

CODE = ROOT / "modules/rotation/function/rotation"
ERRORS = {"RotationError", "ConnectionLostError"}
# What the code calls to create an error with a message.
CALLED_WITH_MESSAGE = {*ERRORS, "kind", "super().__init__"}
# Variables that hold a callable that creates an error, and a message that exists already.
MAKERS = {"kind", "make"}
HANDED_ON = {"failure"}
# After the cause, a message tells the user to do something.
REMEDY = re.compile(
    r"[:.,] (?:add|check|correct|drop|give|let|make|package|remove|report|rotate|run|set|start"
    r"|store|turn|unlock|use)\b",
    re.IGNORECASE,
)
# With fewer messages, the test does not collect them as it should.
FEWEST_MESSAGES = 38


class Messages(ast.NodeVisitor):
    """Collects error messages, with NAME in place of the values that the code inserts."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.unknown: list[str] = []
        self.makers = set(ERRORS)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Take what `explain` returns, and note functions that are declared to return an error."""
        if node.returns and ast.unparse(node.returns) in ERRORS:
            self.makers.add(node.name)
        if node.name == "explain":
            texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
            self.found += [rendered(text) for text in texts if text]
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Take the message that an error is created with."""
        called = ast.unparse(node.func)
        if called in CALLED_WITH_MESSAGE:
            if isinstance(node.args[0], ast.Constant | ast.JoinedStr):
                self.found.append(rendered(node.args[0]))
            elif ast.unparse(node.args[0]) not in HANDED_ON:
                self.unknown.append(ast.unparse(node))
        self.generic_visit(node)


def rendered(text: ast.expr) -> str:
    """Return a text in the code."""
    if isinstance(text, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "NAME" for part in text.values]
        return "".join(map(str, parts))
    assert isinstance(text, ast.Constant), ast.unparse(text)
    return str(text.value)


def messages() -> list[str]:
    """Return every message that the function can end with."""
    trees = [ast.parse(file.read_text()) for file in sorted(CODE.glob("*.py"))]
    collected = Messages()
    for tree in trees:
        collected.visit(tree)
    assert collected.unknown == []
    raised = [
        ast.unparse(each.exc.func)
        for tree in trees
        for each in ast.walk(tree)
        if isinstance(each, ast.Raise) and isinstance(each.exc, ast.Call)
    ]
    # The handler would treat any other kind of error as a fault of the function.
    assert set(raised) <= collected.makers | MAKERS
    assert len(collected.found) >= FEWEST_MESSAGES
    return collected.found


def test_every_message_names_a_remedy() -> None:
    assert [message for message in messages() if not REMEDY.search(message)] == []


@pytest.fixture
def secret(secretsmanager: "SecretsManagerClient", secret_name: str) -> Iterator[str]:
    """ARN of a secret."""
    arn = secretsmanager.create_secret(Name=secret_name, SecretString=VALUE)["ARN"]
    yield arn
    secretsmanager.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


class Log:
    """The log group of a function, to which tests add lines one after the other."""

    def __init__(self, group: str) -> None:
        self._client: CloudWatchLogsClient = boto3.client("logs")
        self._group = group
        self._client.create_log_stream(logGroupName=group, logStreamName="1")
        self._time = int(time.time() * 1000)

    def put(self, text: str) -> None:
        """Add a line."""
        self._time += 1
        self._client.put_log_events(
            logGroupName=self._group,
            logStreamName="1",
            logEvents=[{"timestamp": self._time, "message": text}],
        )

    def delete(self) -> None:
        """Delete the group."""
        self._client.delete_log_group(logGroupName=self._group)


def line(secret: str, error: str | None, step: str = "setSecret") -> str:
    """Return a line as the function's handler logs it."""
    outcome = {"outcome": "failed", "error": error} if error else {"outcome": "finished"}
    known = {"step": step, "secret": secret, "token": "t" * 32, "seconds": 0.1}
    return json.dumps({"level": "ERROR" if error else "INFO", **known, **outcome})


@pytest.fixture
def log(
    secret: str, lambda_: "LambdaClient", secretsmanager: "SecretsManagerClient"
) -> Iterator[Log]:
    """The log of the function that rotates the secret."""
    with running_function(lambda_, "def handler(event, context): pass") as function:
        function.allow()
        secretsmanager.rotate_secret(
            SecretId=secret,
            RotationLambdaARN=function.arn,
            RotationRules={"AutomaticallyAfterDays": 1},
            RotateImmediately=False,
        )
        made = Log(log_group(function.arn))
        yield made
        made.delete()


def test_the_doctor_passes_on_every_message(secret: str, log: Log, aws: AWS) -> None:
    description = aws.secretsmanager.describe_secret(SecretId=secret)
    subject = Subject(aws, secret, description, datetime.now(UTC))
    lost = []
    for message in messages():
        log.put(line(secret, message))
        (finding,) = failed_step(subject, log_group(description["RotationLambdaARN"]))
        lost += [] if message in finding.explanation else [message]

    assert lost == []


def test_the_doctor_finds_the_step_that_failed_last(secret: str, log: Log, aws: AWS) -> None:
    log.put(line(secret, "AWSCURRENT does not log in: unlock the user."))
    log.put(line(secret + "another", None))
    log.put(json.dumps({"secret": secret, "error": VALUE}))
    log.put(f"no JSON of {secret}, {VALUE}")

    report = diagnose(aws, secret)

    assert problems(report) == ["rotation-step-failed"]
    (finding,) = (each for each in report.findings if each.id == "rotation-step-failed")
    assert "setSecret" in finding.title
    assert "AWSCURRENT does not log in: unlock the user." in finding.explanation
    assert f"aws secretsmanager rotate-secret --secret-id {secret}" in finding.advice


def test_a_failure_that_a_later_rotation_has_overcome_is_no_finding(
    secret: str, log: Log, aws: AWS
) -> None:
    log.put(line(secret, "AWSCURRENT does not log in: unlock the user."))
    log.put(line(secret, None, "finishSecret"))

    assert problems(diagnose(aws, secret)) == []
