"""Creates Lambda functions of one source file for tests."""

import base64
import contextlib
import io
import json
import time
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from harness.waits import LIMIT_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import WaiterConfigTypeDef
    from mypy_boto3_logs import CloudWatchLogsClient

# Polls without a delay, because it never takes long.
WAIT: "WaiterConfigTypeDef" = {"Delay": 0, "MaxAttempts": 1000}
# This role does not exist, so the function has no permissions.
ROLE_ARN = "arn:aws:iam::000000000000:role/function"


@dataclass(frozen=True)
class Result:
    """The result of an invocation; `error` is the kind of error, such as Unhandled, if any."""

    payload: Any
    error: str | None
    log: str


@dataclass(frozen=True)
class Function:
    """A function that tests can invoke."""

    client: "LambdaClient"
    name: str
    arn: str

    def __call__(self, event: object) -> Result:
        """Invoke the function and wait for its result."""
        response = self.client.invoke(
            FunctionName=self.name, Payload=json.dumps(event), LogType="Tail"
        )
        return Result(
            json.loads(response["Payload"].read()),
            response.get("FunctionError"),
            base64.b64decode(response["LogResult"]).decode(),
        )

    def set_variables(self, **variables: str) -> None:
        """Replace the function's environment variables with these."""
        self.client.update_function_configuration(
            FunctionName=self.name, Environment={"Variables": variables}
        )
        self._wait_for_update()

    def set_code(self, source: str) -> None:
        """Replace the function's source."""
        self.set_package(zip_of(source))

    def set_package(self, package: bytes) -> None:
        """Replace the function's zip; the next invocation gets a new execution environment."""
        self.client.update_function_code(FunctionName=self.name, ZipFile=package)
        self._wait_for_update()

    def allow(self, **permission: object) -> None:
        """Allow Secrets Manager to invoke the function; `permission` is as in AddPermission."""
        request: dict[str, Any] = {
            "FunctionName": self.name,
            "StatementId": uuid.uuid4().hex,
            "Action": "lambda:InvokeFunction",
            "Principal": "secretsmanager.amazonaws.com",
            **permission,
        }
        self.client.add_permission(**request)

    def _wait_for_update(self) -> None:
        waiter = self.client.get_waiter("function_updated_v2")
        waiter.wait(FunctionName=self.name, WaiterConfig=WAIT)


def zip_of(source: str) -> bytes:
    """Zip with this source as function.py."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("function.py", source)
    return buffer.getvalue()


def create_function(client: "LambdaClient", source: str, **settings: object) -> Function:
    """Create a function whose handler is `handler` in this source, and wait until it is active.

    Its role cannot create the function's log group, so this creates it too. `settings` are those
    of CreateFunction. Raises WaiterError if the function does not become active.
    """
    request: dict[str, Any] = {
        "FunctionName": f"test-{uuid.uuid4().hex}",
        "Runtime": "python3.13",
        "Handler": "function.handler",
        "Role": ROLE_ARN,
        "Code": {"ZipFile": zip_of(source)},
        **settings,
    }
    created = client.create_function(**request)
    name = created["FunctionName"]
    logs = boto3.client(
        "logs", endpoint_url=client.meta.endpoint_url, region_name=client.meta.region_name
    )
    logs.create_log_group(logGroupName=created["LoggingConfig"]["LogGroup"])
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=WAIT)
    return Function(client, name, created["FunctionArn"])


@contextlib.contextmanager
def function(client: "LambdaClient", source: str, **settings: object) -> Iterator[Function]:
    """Create a function in the same way, and delete it at the end of the block."""
    created = create_function(client, source, **settings)
    try:
        yield created
    finally:
        client.delete_function(FunctionName=created.name)


def log_group(function: str) -> str:
    """Name of the log group that Lambda gives a function, by the function's name or ARN."""
    return f"/aws/lambda/{function.rpartition(':')[2]}"


def wait_for_logs(client: "CloudWatchLogsClient", group: str, count: int) -> list[str]:
    """Messages in a log group, once there are `count` of them, or else after LIMIT_SECONDS.

    A function's messages are START, its output, END and REPORT.
    """
    messages: list[str] = []
    deadline = time.monotonic() + LIMIT_SECONDS
    while len(messages) < count and time.monotonic() < deadline:
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            events = client.filter_log_events(logGroupName=group)["events"]
            messages = [event["message"] for event in events]
    return messages
