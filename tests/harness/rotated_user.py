"""Runs rotations with the function's handler in this process, and causes faults in them."""

import contextlib
import functools
import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import pymysql
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError
from pg8000 import native
from pymysql.constants import CR

from harness.databases import Server
from harness.functions import create_function
from rotation import handler
from rotation.errors import RotationError
from rotation.secret import UNFINISHED

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
TERRAFORMS_LABEL = "value-version-1"


def throttled_function() -> str:
    """ARN of a Lambda function that never runs, so RotateSecret stops before the first step.

    RotateSecret leaves an AWSPENDING version without a value, as the first step finds it in AWS.
    """
    client = boto3.client("lambda")
    function = create_function(client, "")
    function.allow()
    client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    return function.arn


class Context:
    """Lambda's context object for a function that has this many seconds left from now on."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        """Remaining time, as documented for Lambda's context object."""
        return int(1000 * (self._end - time.monotonic()))


class RotatedUser:
    """A user of a database server, its secret, and rotations of the secret step by step.

    Each step has `seconds` left: by default none, so it retries nothing. The secret has `fields`
    in addition to those that every secret has. None omits a field.
    """

    def __init__(
        self,
        server: Server,
        secretsmanager: "SecretsManagerClient",
        function_arn: str,
        *,
        username: str | None = None,
        password: str = "first-password",  # noqa: S107
        **fields: object,
    ) -> None:
        self.server = server
        self.seconds: float = 0
        self.username = username or f"user_{uuid.uuid4().hex[:12]}"
        self._client = secretsmanager
        self._function_arn = function_arn
        server.create_user(self.username, password)
        superuser = {"username": server.superuser, "password": server.superuser_password}
        self.superuser_secret = self.make_secret(superuser | {"ssl": fields.get("ssl")})
        values = {"username": self.username, "password": password, "comment": "kept", "count": 7}
        self.secret = self.make_secret(values | {"masterarn": self.superuser_secret} | fields)

    def make_secret(self, fields: dict[str, object]) -> str:
        """Create a secret for the server with these fields, as Terraform would; return its ARN."""
        arn = self._client.create_secret(Name=f"test/{uuid.uuid4().hex}")["ARN"]
        self.put({**self.server_fields, **fields}, arn)
        return arn

    @property
    def server_fields(self) -> dict[str, object]:
        """Fields that name the server in a secret."""
        return {"engine": self.server.engine, "host": self.server.host, "port": self.server.port}

    def roll_back(self) -> None:
        """Make the previous value the current one."""
        versions = {label: id_ for id_, labels in self.labels().items() for label in labels}
        self._client.update_secret_version_stage(
            SecretId=self.secret,
            VersionStage="AWSCURRENT",
            MoveToVersionId=versions["AWSPREVIOUS"],
            RemoveFromVersionId=versions["AWSCURRENT"],
        )

    def put(self, fields: dict[str, object], arn: str | None = None) -> None:
        """Store a value as the current one, with the staging label of Terraform's values."""
        self.put_text(json.dumps({k: v for k, v in fields.items() if v is not None}), arn)

    def put_text(self, text: str, arn: str | None = None) -> None:
        """Store a value that need not be JSON."""
        self._client.put_secret_value(
            SecretId=arn or self.secret,
            SecretString=text,
            VersionStages=["AWSCURRENT", TERRAFORMS_LABEL],
        )

    def change(self, **fields: object) -> None:
        """Change fields of the current value."""
        self.put(self.value("AWSCURRENT") | fields)

    def start(self) -> str:
        """Start a rotation; return its token."""
        return self._client.rotate_secret(
            SecretId=self.secret,
            RotationLambdaARN=self._function_arn,
            RotationRules={"AutomaticallyAfterDays": 30},
        )["VersionId"]

    def give_up(self, token: str) -> None:
        """Remove AWSPENDING, as AWS's guide says for a rotation that is stuck."""
        self._client.update_secret_version_stage(
            SecretId=self.secret, VersionStage="AWSPENDING", RemoveFromVersionId=token
        )

    def step(self, name: str, token: str, **more: str) -> None:
        """Run a step as Secrets Manager does."""
        event = {"Step": name, "SecretId": self.secret, "ClientRequestToken": token, **more}
        handler.handle(event, Context(self.seconds))

    def steps(self, token: str) -> None:
        """Run all four steps."""
        for name in STEPS:
            self.step(name, token)

    def rotate(self) -> None:
        """Rotate once."""
        self.steps(self.start())

    def rotate_to(self, password: str) -> None:
        """Rotate to this password, as if Secrets Manager had generated it."""
        token = self.start()
        self.step("createSecret", token)
        pending = self.value("AWSPENDING") | {"password": password}
        self.give_up(token)
        token = self.start()
        self._client.put_secret_value(
            SecretId=self.secret,
            ClientRequestToken=token,
            SecretString=json.dumps(pending),
            VersionStages=["AWSPENDING", UNFINISHED],
        )
        self.steps(token)

    def value(self, stage: str) -> dict[str, Any]:
        """Value of the version with this staging label, empty if there is none."""
        try:
            return self.read(self.secret, stage)
        except self._client.exceptions.ResourceNotFoundException:
            return {}

    def read(self, arn: str, stage: str = "AWSCURRENT") -> dict[str, Any]:
        """Value of a secret."""
        text = self._client.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"]
        value: dict[str, Any] = json.loads(text)
        return value

    def passwords(self) -> set[str]:
        """Every password that a version of the secret holds, and the superuser's."""
        found = {self.server.superuser_password}
        for version_id in self.labels():
            with contextlib.suppress(ClientError, ValueError, KeyError, TypeError):
                value = self._client.get_secret_value(SecretId=self.secret, VersionId=version_id)
                found.add(str(json.loads(value["SecretString"])["password"]))
        return found

    def labels(self) -> dict[str, list[str]]:
        """Staging labels by version id, sorted."""
        versions = self._client.describe_secret(SecretId=self.secret)["VersionIdsToStages"]
        return {version_id: sorted(labels) for version_id, labels in versions.items()}

    def logs_in(self, stage: str) -> bool:
        """Whether the credentials with this staging label can log in."""
        value = self.value(stage)
        return bool(value) and self.server.logs_in(value["username"], value["password"])

    def assert_a_password_logs_in(self, when: str) -> None:
        """Assert the rule of every rotation: AWSCURRENT or AWSPENDING can log in at any time."""
        assert self.logs_in("AWSCURRENT") or self.logs_in("AWSPENDING"), f"locked out {when}"

    def assert_rotated(self, before: dict[str, Any], token: str, when: str = "") -> None:
        """Assert the result of a rotation with this token, in which AWSCURRENT was `before`."""
        now = self.value("AWSCURRENT")
        assert now["password"] != before["password"], when
        assert self.server.reads(now["username"], now["password"]), when
        own = {"username": now["username"], "password": now["password"]}
        assert now == before | own, when
        labels = self.labels()
        assert labels[token] == ["AWSCURRENT", "AWSPENDING"], when
        assert self.value("AWSPREVIOUS") == before, when
        every = [label for each in labels.values() for label in each]
        assert TERRAFORMS_LABEL in every, when
        assert UNFINISHED not in every, when


type Hook = Callable[[int, str], object]


class Killed(BaseException):
    """The function's process was killed."""


# Every call that the function makes to AWS or a database goes through one of these.
CALLS: tuple[tuple[type, str], ...] = (
    (BaseClient, "_make_api_call"),
    (native.Connection, "__init__"),
    (native.Connection, "run"),
    (native.Connection, "close"),
    (pymysql.connections.Connection, "connect"),
    (pymysql.connections.Connection, "query"),
    (pymysql.connections.Connection, "close"),
)


@contextmanager
def watched(before: Hook = lambda *_: None, after: Hook = lambda *_: None) -> Iterator[None]:
    """Call `before` and `after` with the number and name of each call that the function makes.

    A hook's own calls are not counted. If a hook raises Killed, all later calls also raise it. At
    the end, all connections are cut, as if the process had died.
    """
    count = 0
    busy = dead = False
    connections: list[Any] = []

    def watch(original: Callable[..., Any], owner: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        nonlocal count, busy, dead
        if dead:
            raise Killed
        if busy:
            return original(owner, *args, **kwargs)
        number, count, busy = count, count + 1, True
        # No other arguments: they hold passwords.
        name = f"{type(owner).__module__}.{original.__name__} {str(*args[:1])[:30]}"
        if not isinstance(owner, BaseClient):
            connections.append(owner)
        try:
            before(number, name)
            result = original(owner, *args, **kwargs)
            after(number, name)
        except Killed:
            dead = True
            raise
        finally:
            busy = False
        return result

    with contextlib.ExitStack() as patches:
        for owner, name in CALLS:
            original = getattr(owner, name)

            @functools.wraps(original)
            def method(self: Any, /, *args: Any, _original: Any = original, **kwargs: Any) -> Any:  # noqa: ANN401
                return watch(_original, self, *args, **kwargs)

            patches.enter_context(mock.patch.object(owner, name, method))
        try:
            yield
        finally:
            for connection in connections:
                cut(connection)


def cut(connection: Any) -> None:  # noqa: ANN401 - the types lack parts of a connection
    """Close a connection without notifying the server."""
    if isinstance(connection, native.Connection):
        for file in (getattr(connection, "_sock", None), getattr(connection, "_usock", None)):
            if file:
                file.close()
    else:
        connection._force_close()


def disturbed(
    user: RotatedUser,
    token: str,
    number: int,
    before: Callable[[str], object] = str,
    after: Callable[[str], object] = str,
) -> str | None:
    """Rotate, and call `before` and `after` around the call of this number, with its name.

    Returns the name of the call, or None if the rotation ended before it.
    """
    reached = None

    def at_call(at: int, name: str, do: Callable[[str], object]) -> None:
        nonlocal reached
        if at == number:
            reached = name
            do(name)

    with (
        watched(functools.partial(at_call, do=before), functools.partial(at_call, do=after)),
        contextlib.suppress(Killed, RotationError),
    ):
        user.steps(token)
    return reached


def kill(_: str) -> None:
    """Kill the function's process."""
    raise Killed


def lose_answer(call: str) -> None:
    """Raise the error of boto3 or a driver for a call of this name that gets no response."""
    if call.startswith("pg8000"):
        raise native.InterfaceError("network error")
    if call.startswith("pymysql"):
        raise pymysql.OperationalError(CR.CR_SERVER_LOST, "Lost connection")
    raise ReadTimeoutError(endpoint_url="")
