"""`make acceptance-aws`, with the emulator instead of AWS: what it refuses, and what it leaves."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import boto3
import pytest

from harness.acceptance import exists, is_gone
from harness.waits import wait_until
from tools.environments import ROOT

pytestmark = pytest.mark.exhaustive

ACCOUNT = "000000000000"
REGION = "us-east-1"
DELETED = "PendingDeletion"


type Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """A function that starts the command, with options for pytest and changed settings."""
    with ExitStack() as stack:

        def start(
            account: str, region: str, options: str = "", **settings: str
        ) -> "subprocess.Popen[str]":
            environment = {**os.environ, "PYTEST_ADDOPTS": options, **settings}
            process = subprocess.Popen(
                [sys.executable, "-m", "tools.acceptance_aws", account, region],
                env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                # If tests run in the background of a shell, child processes would ignore SIGINT.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
            stack.callback(end, process)
            return process

        yield start


def end(process: "subprocess.Popen[str]") -> None:
    """Kill the command and all processes that it has started, if it still runs."""
    with process:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def key_state(name: str) -> str:
    """State of the key that the module created for the secret with this name."""
    keys = boto3.client("kms").get_paginator("list_keys").paginate()
    described = [
        boto3.client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        for page in keys
        for key in page["Keys"]
    ]
    (state,) = (
        key["KeyState"] for key in described if key["Description"] == f"Encrypts the secret {name}"
    )
    return state


@pytest.mark.parametrize(
    ("account", "region", "settings", "told"),
    [
        ("", REGION, {}, "ACCOUNT=123456789012"),
        ("12345678901", REGION, {}, "ACCOUNT=123456789012"),
        (ACCOUNT, "", {}, "REGION=us-east-1"),
        ("123456789012", REGION, {}, f"for account {ACCOUNT}, not 123456789012"),
        (ACCOUNT, REGION, {"AWS_ACCESS_KEY_ID": ""}, "Credentials for AWS are missing"),
    ],
    ids=["no account", "malformed account", "no region", "wrong account", "no credentials"],
)
def test_it_refuses(
    start: Start, account: str, region: str, settings: dict[str, str], told: str
) -> None:
    process = start(account, region, **settings)
    output, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert told in output
    assert "at most" not in output


@pytest.mark.slow
def test_it_says_what_it_costs_judges_and_leaves_nothing(start: Start) -> None:
    process = start(ACCOUNT, REGION, "-k test_refusals")
    output, _ = process.communicate(timeout=500)

    assert process.returncode == 0, output
    assert f"In account {ACCOUNT}, {REGION}, by {os.environ['AWS_ENDPOINT_URL']}" in output
    assert "at most 12 secrets and 12 KMS keys" in output
    assert "at most $0.02 for an hour" in output
    assert "at most $16.80 a month" in output
    assert "3 passed" in output
    assert output.index("https://aws.amazon.com/kms/pricing/") < output.index("test session starts")
    (prefix,) = set(re.findall(r"acceptance-\w{8}(?=/,)", output))
    assert is_gone(f"{prefix}/1/database")
    assert key_state(f"{prefix}/1/database") == DELETED


@pytest.mark.slow
def test_after_ctrl_c_it_leaves_nothing(start: Start) -> None:
    process = start(ACCOUNT, REGION, "-k test_life")
    assert process.stdout
    for line in process.stdout:
        if found := re.search(r"acceptance-\w{8}(?=/,)", line):
            break
    name = f"{found[0] if found else ''}/1/database"
    wait_until(lambda: exists(name))

    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=300)

    assert process.returncode == 2, output
    assert is_gone(name)
    assert key_state(name) == DELETED


def test_nothing_but_the_acceptance_tests_runs_before_aws() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/harness_tests/test_conftest.py"],
        env=os.environ | {"JUDGE": "aws"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "AWS judges tests/acceptance only" in result.stderr + result.stdout
