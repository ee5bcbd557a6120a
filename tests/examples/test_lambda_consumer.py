"""The example of a Lambda function that reads the secret: applied, invoked, rotated, destroyed.

The tests run on a separate LocalStack, whose log has no other test's calls.
"""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from pg8000 import native

from emulator.localstack import LocalStack, RequestLog
from harness import leaks
from harness.databases import Server
from harness.functions import Function, Result, wait_for_logs
from harness.rotation_events import Rotations
from harness.session import own_emulator
from harness.terraform import Terraform
from harness.workspace import Workspace
from tools import package

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

pytestmark = pytest.mark.exhaustive

EXAMPLE = "lambda-consumer"
DAY = "2027-05-01"
ANSWER = {"day": DAY, "bookings": 2}


@dataclass
class Consumer:
    """The applied example. Its database has two bookings for a day.

    `variables` are Terraform's. `passwords` are all passwords that the tests saw in the secret.
    """

    terraform: Terraform
    variables: dict[str, Any]
    arn: str
    server: Server
    log: RequestLog
    client: "SecretsManagerClient"
    function: Function
    passwords: set[str] = field(default_factory=set, repr=False)

    def value(self) -> dict[str, Any]:
        """Return the secret's value."""
        text = self.client.get_secret_value(SecretId=self.arn)["SecretString"]
        value: dict[str, Any] = json.loads(text)
        self.passwords.add(value["password"])
        return value

    def store(self, text: str) -> None:
        """Store another value, outside Terraform."""
        self.client.put_secret_value(SecretId=self.arn, SecretString=text)

    def invoke(self) -> tuple[Result, int]:
        """Invoke the function; return the result and how often it read the secret."""
        mark = self.log.mark()
        result = self.function({"day": DAY})
        return result, self.log.calls_since(mark)["secretsmanager.GetSecretValue"]

    def start_anew(self) -> None:
        """Let the next invocation get a new execution environment, as after a deployment."""
        self.function.set_package(Path(self.variables["package_file"]).read_bytes())

    def connections(self) -> list[int]:
        """Return the server's process for each connection of the function."""
        rows = self.server.run(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'count-bookings'"
        )
        return [row[0] for row in rows]

    def end_connections(self) -> None:
        """Let the server end the connections, as it does when it restarts."""
        for pid in self.connections():
            self.server.run("SELECT pg_terminate_backend(%s, 5000)", pid)

    def set_password(self, password: str) -> None:
        """Change the password only in the database."""
        self.server.run(f"ALTER USER bookings PASSWORD {native.literal(password)}")


@pytest.fixture(scope="module")
def localstack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with own_emulator(tmp_path_factory.mktemp("localstack")) as started:
        yield started


@pytest.fixture(scope="module")
def consumer(
    localstack: LocalStack, postgresql: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Consumer]:
    folder = tmp_path_factory.mktemp("consumer")
    variables = {
        "database_host": postgresql.host,
        "database_port": postgresql.port,
        "package_file": str(folder / "lambda-consumer.zip"),
        "rotation_package_file": str(folder / "rotation.zip"),
        "recovery_window_in_days": 0,
    }
    for name, code in package.FUNCTIONS.items():
        package.build(folder / f"{name}.zip", postgresql.ca_file, code)
    terraform = Workspace(folder, Path(tempfile.gettempdir(), "templates")).example(EXAMPLE)
    rotations = Rotations()
    terraform.apply(**variables)
    outputs = terraform.output()
    secretsmanager, lambda_ = boto3.client("secretsmanager"), boto3.client("lambda")
    function = Function(lambda_, outputs["function_name"], outputs["function_arn"])
    consumer = Consumer(
        terraform,
        variables,
        outputs["arn"],
        postgresql,
        localstack.log,
        secretsmanager,
        function,
    )
    make_database(postgresql, consumer.value()["password"])
    # Secrets Manager tests the new rotation, whose function also reads the secret.
    rotations.wait_for_end(consumer.arn)
    yield consumer
    consumer.end_connections()
    postgresql.run("DROP DATABASE bookings")
    postgresql.run("DROP USER bookings")
    terraform.destroy()
    with pytest.raises(secretsmanager.exceptions.ResourceNotFoundException):
        secretsmanager.describe_secret(SecretId=consumer.arn)
    with pytest.raises(lambda_.exceptions.ResourceNotFoundException):
        lambda_.get_function(FunctionName=function.name)


def make_database(server: Server, password: str) -> None:
    """Create the database and user that the secret names."""
    server.run(f"CREATE USER bookings PASSWORD {native.literal(password)}")
    server.run("CREATE DATABASE bookings")
    with native.Connection(
        server.superuser,
        password=server.superuser_password,
        host=server.host,
        port=server.port,
        database="bookings",
        ssl_context=False,
    ) as connection:
        connection.run("CREATE TABLE bookings (day date); GRANT SELECT ON bookings TO bookings")
        connection.run("INSERT INTO bookings VALUES (:day), (:day), ('2027-05-02')", day=DAY)


def test_it_reads_the_secret_once_and_keeps_the_connection(consumer: Consumer) -> None:
    consumer.start_anew()

    first, reads = consumer.invoke()
    assert (first.payload, reads) == (ANSWER, 1)
    connections = consumer.connections()

    second, reads = consumer.invoke()
    assert (second.payload, reads) == (ANSWER, 0)
    assert consumer.connections() == connections
    assert len(connections) == 1


def test_after_a_lost_connection_it_logs_in_with_the_kept_password(consumer: Consumer) -> None:
    consumer.invoke()
    connections = consumer.connections()

    consumer.end_connections()
    result, reads = consumer.invoke()

    assert (result.payload, reads) == (ANSWER, 0)
    assert consumer.connections() != connections


def test_after_a_rotation_it_reads_the_secret_again_when_the_login_is_refused(
    consumer: Consumer,
) -> None:
    before = consumer.value()
    consumer.invoke()
    rotations = Rotations()
    consumer.client.rotate_secret(SecretId=consumer.arn)
    assert rotations.wait_for_end(consumer.arn).name == "RotationSucceeded"
    assert consumer.value()["password"] != before["password"]

    # A connection stays open when its user's password changes.
    result, reads = consumer.invoke()
    assert (result.payload, reads) == (ANSWER, 0)

    consumer.end_connections()
    result, reads = consumer.invoke()
    assert (result.payload, reads) == (ANSWER, 1)


def test_a_password_that_is_not_the_databases_ends_in_advice_without_a_value(
    consumer: Consumer,
) -> None:
    password = consumer.value()["password"]
    consumer.invoke()
    consumer.set_password("not-what-the-secret-holds")
    consumer.end_connections()

    result, reads = consumer.invoke()

    assert result.payload["errorType"] == "LoginRefusedError"
    assert "check why the last rotation failed" in result.payload["errorMessage"]
    assert reads == 1
    assert leaks.find(password, texts={"error": str(result.payload), "log": result.log}) == []
    consumer.set_password(password)
    result, reads = consumer.invoke()
    assert (result.payload, reads) == (ANSWER, 0)


def test_a_value_that_is_not_json_ends_in_an_error_without_it(consumer: Consumer) -> None:
    value = consumer.value()
    value_of_another_kind = "neither-json-nor-for-anybodys-eyes"
    consumer.store(value_of_another_kind)
    consumer.start_anew()

    result, _ = consumer.invoke()

    assert result.payload["errorType"] == "TransformParameterError"
    texts = {"error": str(result.payload), "log": result.log}
    assert leaks.find(value_of_another_kind, texts=texts) == []
    consumer.store(json.dumps(value))
    assert consumer.invoke()[0].payload == ANSWER


def test_it_does_not_log_in_to_a_server_under_another_name_than_its_certificates(
    consumer: Consumer,
) -> None:
    value = consumer.value()
    consumer.store(json.dumps({**value, "host": "127.0.0.1"}))
    consumer.start_anew()

    result, _ = consumer.invoke()

    assert result.payload["errorType"] == "SSLCertVerificationError"
    consumer.store(json.dumps(value))
    consumer.start_anew()
    assert consumer.invoke()[0].payload == ANSWER


def test_the_password_is_in_no_log_and_the_next_plan_is_empty(consumer: Consumer) -> None:
    consumer.value()
    consumer.invoke()
    plan = consumer.terraform.plan(**consumer.variables)
    assert plan.is_empty, plan

    logs = boto3.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    texts = {group: "\n".join(wait_for_logs(logs, group, 1)) for group in groups}
    assert "REPORT" in texts[consumer.terraform.output()["log_group"]]
    texts["Terraform's output"] = consumer.terraform.transcript
    for password in consumer.passwords:
        assert leaks.find(password, [consumer.terraform.folder], texts) == []
