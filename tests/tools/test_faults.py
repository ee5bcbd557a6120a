"""What a secret becomes when AWS or a kill disturbs its creation, change or deletion.

`make faults` tries every call; these tests try the calls with the highest risk.
"""

import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from python_terraform import IsFlagged

from harness import leaks
from harness.credentials import HCL, Credentials
from harness.forwarder import SLOW_SECONDS, Call, Fault, Forwarder
from harness.markdown import code_spans
from harness.terraform import Terraform, TerraformError
from harness.workspace import Workspace
from tools.environments import ROOT
from tools.fault_trials import (
    ALIAS,
    COMMANDS,
    SECRET,
    FaultError,
    Point,
    Stack,
    lives,
    try_all,
)

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

AGAIN = "run again"
# A fault at the first call of this name, and the steps that docs/value.md then requires. After a
# kill, the steps also depend on chance: it can come while Terraform writes its state.
SAMPLE: dict[tuple[str, str, Fault], tuple[str, ...] | None] = {
    ("apply", "kms.CreateKey", Fault.REPEATED): ("delete the orphaned key",),
    ("apply", "secretsmanager.CreateSecret", Fault.LOST): (AGAIN, "import the secret", AGAIN),
    ("apply", "secretsmanager.DescribeSecret", Fault.ERROR): ("untaint the secret", AGAIN),
    ("apply", "secretsmanager.PutSecretValue", Fault.KILLED_AFTER): None,
    ("raise", "secretsmanager.PutSecretValue", Fault.LOST): (AGAIN,),
    ("raise", "secretsmanager.PutSecretValue", Fault.THROTTLED): (AGAIN,),
    ("rekey", "secretsmanager.UpdateSecret", Fault.THROTTLED): (AGAIN,),
    ("destroy", "kms.ScheduleKeyDeletion", Fault.KILLED): None,
    ("destroy", "secretsmanager.DeleteSecret", Fault.ERROR_AFTER): (AGAIN,),
}

# The first s3.PUT stores the lock, and the second one stores the state.
IN_S3 = (
    HCL
    + """
terraform {
  backend "s3" {
    bucket         = "%s"
    key            = "terraform.tfstate"
    region         = "us-east-1"
    max_retries    = 1
    use_lockfile   = true
    use_path_style = true
  }
}
"""
)
STORE_STATE = Call("s3.PUT", 2)


@pytest.fixture
def through(forwarder: Forwarder) -> "SecretsManagerClient":
    """Client that sends each request only once, through the forwarder."""
    once = Config(retries={"total_max_attempts": 1})
    return boto3.client("secretsmanager", endpoint_url=forwarder.endpoint_url, config=once)


def exists(client: "SecretsManagerClient", name: str) -> bool:
    try:
        client.describe_secret(SecretId=name)
    except client.exceptions.ResourceNotFoundException:
        return False
    return True


@pytest.mark.parametrize("fault", Fault)
def test_a_spoiled_call_is_done_or_not_and_answered_as_its_fault_says(
    forwarder: Forwarder,
    through: "SecretsManagerClient",
    secretsmanager: "SecretsManagerClient",
    secret_name: str,
    fault: Fault,
) -> None:
    killed: list[bool] = []
    error: Exception | None = None
    start = time.monotonic()
    with forwarder.spoiling(
        Call("secretsmanager.CreateSecret", 1), fault, lambda: killed.append(True)
    ) as has_come:
        assert not has_come()
        try:
            through.create_secret(Name=secret_name)
        except (ClientError, HTTPClientError) as raised:
            error = raised
    seconds = time.monotonic() - start

    assert has_come()
    assert bool(killed) == ("killed" in fault)
    assert exists(secretsmanager, secret_name) == (fault.is_after or fault is Fault.SLOW)
    if fault is Fault.SLOW:
        assert error is None
        assert seconds >= SLOW_SECONDS
    elif fault is Fault.THROTTLED or "500" in fault:
        assert isinstance(error, ClientError)
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert status == (400 if fault is Fault.THROTTLED else 500)
    else:
        assert isinstance(error, HTTPClientError)


def test_no_call_but_the_wanted_one_is_spoiled(
    forwarder: Forwarder,
    through: "SecretsManagerClient",
    secretsmanager: "SecretsManagerClient",
    secret_name: str,
) -> None:
    second = Call("secretsmanager.CreateSecret", 2)
    with forwarder.spoiling(second, Fault.ERROR, lambda: None):
        through.create_secret(Name=f"{secret_name}/1")
        through.list_secrets()
        with pytest.raises(ClientError):
            through.create_secret(Name=f"{secret_name}/2")
        through.create_secret(Name=f"{secret_name}/3")
    through.create_secret(Name=f"{secret_name}/4")

    assert [exists(secretsmanager, f"{secret_name}/{n}") for n in range(1, 5)] == [
        True,
        False,
        True,
        True,
    ]


def test_a_call_that_only_reads_is_told_from_one_that_changes() -> None:
    reading = ("kms.DescribeKey", "secretsmanager.GetRandomPassword", "kms.ListAliases")
    changing = ("kms.CreateKey", "secretsmanager.PutSecretValue", "kms.EnableKeyRotation")

    assert not any(Call(name, 1).changes for name in reading)
    assert all(Call(name, 1).changes for name in changing)


def test_lives_try_every_point_once_and_those_that_change_something_first() -> None:
    points = [
        Point(command, Call("kms.CreateKey", number), Fault.LOST)
        for command, count in {"apply": 2, "update": 7, "rekey": 2, "destroy": 3}.items()
        for number in range(count)
    ]
    reading = [Point(command, Call("kms.ListKeys", 1), Fault.ERROR) for command in COMMANDS]

    tried = [point for life in lives([*reading, *points]) for point in life.points()]

    assert sorted(tried[: len(points)]) == sorted(points)
    assert sorted(tried[len(points) :]) == sorted(reading)


def test_the_page_tells_the_commands_that_are_run_here() -> None:
    told = set(code_spans(ROOT / "docs" / "value.md"))

    assert f"terraform import {SECRET} ARN" in told
    assert f"terraform import '{ALIAS}' alias/NAME" in told
    assert f"terraform untaint {SECRET}" in told
    assert "no label of NAME says which version the current value is" in told


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_disturbed_run_that_is_run_again_converges_with_the_current_password_kept(
    tmp_path_factory: pytest.TempPathFactory, record_property: Callable[[str, object], None]
) -> None:
    # A provider's socket is below this folder. Its path can have at most a hundred characters.
    folder = tmp_path_factory.mktemp("f")
    wanted = {
        Point(command, Call(name, 1), fault): steps
        for (command, name, fault), steps in SAMPLE.items()
    }
    found: dict[Point, tuple[str, ...] | None] = {}
    failures: list[FaultError] = []

    # The second pass retries points that a busy machine has also disturbed.
    for number in range(2):
        points = [point for point in wanted if point not in found or found[point] != wanted[point]]
        failures.clear()
        for outcome in try_all(
            points, folder / str(number), Path(tempfile.gettempdir(), "templates")
        ):
            if isinstance(outcome, FaultError):
                failures.append(outcome)
            elif outcome.reached:
                killed = "killed" in outcome.point.fault
                found[outcome.point] = None if killed else outcome.steps

    assert not failures, "\n".join(map(str, failures))
    assert found == wanted
    record_property("faults tried", len(found))


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_new_password_that_is_asked_for_with_another_key_is_not_taken_for_stored(
    tmp_path_factory: pytest.TempPathFactory, forwarder: Forwarder
) -> None:
    folder = tmp_path_factory.mktemp("f")
    stack = Stack(folder / "0", Path(tempfile.gettempdir(), "templates"), forwarder)
    stack.calls_of("apply")
    stack.want("rekey")

    point = Point("raise", Call("secretsmanager.UpdateSecret", 1), Fault.THROTTLED)
    outcome = stack.try_point(point)

    # Terraform can remove the labels before it calls UpdateSecret, or not.
    assert outcome.steps in ((AGAIN, "say the version", AGAIN), (AGAIN,))


@pytest.fixture
def in_s3(
    forwarder: Forwarder,
    workspace: Workspace,
    secretsmanager: "SecretsManagerClient",
    secret_name: str,
) -> Credentials:
    """Credentials that are not created yet, and whose state goes to S3."""
    bucket = f"state-{uuid.uuid4().hex}"
    boto3.client("s3").create_bucket(Bucket=bucket)
    credentials = Credentials(workspace(IN_S3 % bucket), secretsmanager, secret_name)
    # The folder can be a copy of a folder that was initialized for another test's bucket.
    credentials.terraform.run("init", reconfigure=IsFlagged, input=False)
    credentials.terraform.environment = {
        "AWS_ENDPOINT_URL": forwarder.endpoint_url,
        "TF_STATE_PERSIST_INTERVAL": "3600",  # in seconds: not before the end
    }
    return credentials


def assert_nowhere(value: str, terraform: Terraform) -> None:
    """Assert that a value is in no file of the folder, and that Terraform has not printed it."""
    files = [path for path in terraform.folder.iterdir() if path.name != "module"]
    assert leaks.find(value, files, {"printed": terraform.transcript}) == []


@pytest.mark.exhaustive
def test_a_state_that_cannot_be_stored_is_left_in_a_file_without_the_value_and_can_be_pushed(
    forwarder: Forwarder, in_s3: Credentials
) -> None:
    terraform = in_s3.terraform
    with (
        forwarder.spoiling(STORE_STATE, Fault.ERROR, terraform.kill),
        pytest.raises(TerraformError, match="Failed to persist state"),
    ):
        in_s3.apply()
    password = str(in_s3.value["password"])
    left = terraform.folder / "errored.tfstate"
    assert in_s3.name in left.read_text()
    assert_nowhere(password, terraform)

    terraform.run("state push", left.name)

    assert in_s3.plan().is_empty
    assert in_s3.value["password"] == password


@pytest.mark.exhaustive
def test_a_run_that_is_killed_before_it_has_stored_the_state_is_unlocked_and_the_secret_imported(
    forwarder: Forwarder, in_s3: Credentials, secretsmanager: "SecretsManagerClient"
) -> None:
    terraform = in_s3.terraform
    with (
        forwarder.spoiling(STORE_STATE, Fault.KILLED, terraform.kill) as has_come,
        pytest.raises(TerraformError),
    ):
        in_s3.apply()
    assert has_come()
    password = str(in_s3.value["password"])
    arn = secretsmanager.describe_secret(SecretId=in_s3.name)["ARN"]

    with pytest.raises(TerraformError, match="Error acquiring the state lock") as locked:
        in_s3.apply()
    (lock,) = re.findall(r"Lock Info:\W+ID: +(\S+)", str(locked.value))
    terraform.run("force-unlock", lock, force=IsFlagged)
    terraform.run("import", SECRET, arn, variables=in_s3.variables)
    in_s3.apply()

    assert in_s3.value["password"] == password
    assert in_s3.plan().is_empty
    assert_nowhere(password, terraform)


@pytest.mark.exhaustive
def test_a_state_that_a_kill_has_emptied_is_put_back_from_its_backup(
    credentials: Credentials,
) -> None:
    password = credentials.value["password"]
    credentials.change(host="db.example.com")
    credentials.apply()
    state = credentials.terraform.folder / "terraform.tfstate"
    state.write_text("")

    shutil.copy(state.with_suffix(".tfstate.backup"), state)
    credentials.apply()

    assert credentials.value["password"] == password
    assert credentials.value["host"] == "db.example.com"
    assert credentials.plan().is_empty
