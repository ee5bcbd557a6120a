"""examples/multi-region: each region reads its replica, even if another fails or is abandoned."""

import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.exceptions import ClientError, HTTPClientError

from harness import leaks, pages
from harness.emulators import Moto
from harness.markdown import block
from harness.terraform import Terraform, TerraformError
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

pytestmark = pytest.mark.exhaustive

NAME = "ledger/database/credentials"
REGIONS = ("us-east-1", "eu-west-1", "us-west-2")
DELETED_AT_ONCE = {"recovery_window_in_days": 0}
README = "examples/multi-region/README.md"

# What a region sends in place of an answer; None for nothing at all.
type Outage = tuple[int, str] | None
UNAVAILABLE: Outage = (503, "ServiceUnavailable")
DENIED: Outage = (400, "AccessDeniedException")


def client(region: str) -> "SecretsManagerClient":
    return boto3.client("secretsmanager", region_name=region)


def value(region: str) -> dict[str, Any]:
    """Return the value that an application reads only in this region."""
    text = client(region).get_secret_value(SecretId=NAME)["SecretString"]
    current: dict[str, Any] = json.loads(text)
    return current


@pytest.fixture(scope="module")
def terraform(shared_workspace: Workspace) -> Terraform:
    """Apply the example."""
    example = shared_workspace.example("multi-region")
    example.apply(**DELETED_AT_ONCE)
    return example


@contextmanager
def aws(outages: dict[str, Outage]) -> Iterator[str]:
    """Yield an endpoint that forwards to the emulator all requests but those for these regions."""
    emulator = os.environ["AWS_ENDPOINT_URL"]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            region = self.headers["Authorization"].split("/")[2]
            if region not in outages:
                request = Request(emulator, body, dict(self.headers))  # noqa: S310
                try:
                    with urlopen(request) as response:  # noqa: S310
                        self.answer(response.status, response.read())
                except HTTPError as error:
                    self.answer(error.code, error.read())
            elif outage := outages[region]:
                status, name = outage
                self.answer(status, json.dumps({"__type": name}).encode())

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def read(terraform: Terraform) -> Callable[[str], str]:  # noqa: ARG001
    """The README's function."""
    found: dict[str, Any] = {}
    exec(block(README, "python", "def read"), found)  # noqa: S102
    function: Callable[[str], str] = found["read"]
    return function


def test_each_copy_is_read_in_its_region_and_encrypted_with_a_key_there(
    terraform: Terraform,
) -> None:
    outputs = terraform.output()
    secret = client("us-east-1").describe_secret(SecretId=NAME)

    assert value("us-east-1") == value("eu-west-1") == value("us-west-2")
    assert {
        status["Region"]: status["KmsKeyId"] for status in secret["ReplicationStatus"]
    } == outputs["replica_key_arns"]
    for region, arn in outputs["replicas"].items():
        assert client(region).describe_secret(SecretId=NAME)["ARN"] == arn
        key = boto3.client("kms", region_name=region).describe_key(KeyId=f"alias/{NAME}")
        assert key["KeyMetadata"]["Arn"] == outputs["replica_key_arns"][region]
    plan = terraform.plan(**DELETED_AT_ONCE)
    assert plan.is_empty, plan
    texts = {"plan": plan.json, "output": terraform.transcript}
    assert leaks.find(value("us-east-1")["password"], [terraform.folder], texts) == []


@pytest.mark.parametrize(
    "outages",
    [
        {},
        {"eu-west-1": UNAVAILABLE},
        {"eu-west-1": None},
        {"eu-west-1": None, "us-west-2": UNAVAILABLE},
    ],
    ids=["none", "no service", "no answer", "two regions"],
)
def test_an_application_reads_another_copy_when_a_region_fails(
    outages: dict[str, Outage], read: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with aws(outages) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        found = json.loads(read(NAME))

    monkeypatch.undo()
    assert found == value("us-east-1")


def test_a_refusal_in_one_region_is_not_hidden_by_another(
    read: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with aws({"eu-west-1": DENIED}) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(ClientError, match="AccessDenied"):
            read(NAME)


def test_when_all_regions_fail_the_last_failure_is_told(
    read: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with aws(dict.fromkeys(REGIONS)) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(HTTPClientError):
            read(NAME)


def test_moto_reads_a_replica_as_the_mended_localstack_does(moto: Moto, secret_name: str) -> None:
    session = boto3.Session()
    here, there = (
        session.client("secretsmanager", region_name=region, endpoint_url=moto.endpoint_url)
        for region in ("us-east-1", "eu-west-1")
    )
    here.create_secret(
        Name=secret_name, SecretString="first", AddReplicaRegions=[{"Region": "eu-west-1"}]
    )
    here.put_secret_value(SecretId=secret_name, SecretString="second")

    assert there.get_secret_value(SecretId=secret_name)["SecretString"] == "second"
    assert there.describe_secret(SecretId=secret_name)["PrimaryRegion"] == "us-east-1"
    with pytest.raises(there.exceptions.InvalidParameterException, match="replica"):
        there.put_secret_value(SecretId=secret_name, SecretString="third")


def test_a_promoted_copy_keeps_its_value_and_is_managed_where_it_is(
    terraform: Terraform, workspace: Workspace
) -> None:
    before = value("eu-west-1")
    arn = client("eu-west-1").stop_replication_to_replica(SecretId=NAME)["ARN"]
    hcl = re.sub(r'"arn:[^"]*"', f'"{arn}"', pages.hcl(README, "import {"))
    hcl = hcl.replace('"./module"\n', '"./module"\n\n  recovery_window_in_days = 0\n')
    assert arn in hcl

    # The README's host would be no change.
    assert "ledger.global.example.com" in hcl
    workspace(hcl.replace("ledger.global.example.com", "ledger.ireland.example.com")).apply()
    assert value("eu-west-1") == {**before, "host": "ledger.ireland.example.com"}
    key_arn = client("eu-west-1").describe_secret(SecretId=NAME)["KmsKeyId"]
    assert key_arn == terraform.output()["replica_key_arns"]["eu-west-1"]
    # The other regions keep their value.
    assert value("us-east-1") == value("us-west-2") == before

    # A configuration that still has the replica tries to create it, and cannot harm this one.
    plan = terraform.plan(**DELETED_AT_ONCE)
    assert plan.updates == ["aws_secretsmanager_secret"], plan
    with pytest.raises(TerraformError, match="is not copied to every region"):
        terraform.apply_plan(plan)
    assert value("eu-west-1")["host"] == "ledger.ireland.example.com"
    main = terraform.folder / "main.tf"
    without = re.sub(r"^    eu-west-1 = .*\n", "", main.read_text(), flags=re.M)
    assert "aws_kms_key.ireland" not in without
    main.write_text(without)
    terraform.apply(**DELETED_AT_ONCE)
    assert terraform.plan(**DELETED_AT_ONCE).is_empty
    assert value("eu-west-1")["host"] == "ledger.ireland.example.com"


def test_destroyed_it_takes_its_copies_along(terraform: Terraform) -> None:
    terraform.destroy()

    for region in ("us-east-1", "us-west-2"):
        with pytest.raises(client(region).exceptions.ResourceNotFoundException):
            client(region).describe_secret(SecretId=NAME)
