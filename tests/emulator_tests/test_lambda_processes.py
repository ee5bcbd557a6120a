"""Functions run in LocalStack as they do in Lambda, and end when LocalStack ends."""

import json
import os
import re
import signal
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, WaiterError

from emulator.localstack import LocalStack
from harness.functions import Function, create_function, function, log_group, wait_for_logs
from harness.waits import wait_until

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# Evaluates its event, which is a Python expression.
EVALUATE = """
import os, subprocess, sys, time

print("initialized")
invocations = 0

def handler(event, context):
    global invocations
    invocations += 1
    return eval(event)
"""


@pytest.fixture
def evaluate(lambda_: "LambdaClient") -> Iterator[Function]:
    with function(lambda_, EVALUATE, Timeout=10) as created:
        yield created


def test_a_function_answers_its_event_and_stays_warm(evaluate: Function) -> None:
    first = evaluate("[invocations, os.getpid()]")
    second = evaluate("[invocations, os.getpid()]")

    assert first.error is second.error is None
    assert [first.payload[0], second.payload[0]] == [1, 2]
    assert first.payload[1] == second.payload[1]
    assert "Init Duration" in first.log
    assert "Init Duration" not in second.log


def test_a_function_knows_its_invocation(evaluate: Function) -> None:
    seen = evaluate(
        "[context.invoked_function_arn, context.function_version, context.memory_limit_in_mb,"
        " context.aws_request_id, context.get_remaining_time_in_millis()]"
    )

    arn, version, memory, request_id, milliseconds = seen.payload
    assert (arn, version, memory) == (evaluate.arn, "$LATEST", "128")
    assert f"START RequestId: {request_id} Version: $LATEST" in seen.log
    assert 0 < milliseconds <= 10_000


def test_a_function_sees_the_environment_that_lambda_gives_and_nothing_else(
    lambda_: "LambdaClient",
) -> None:
    with function(lambda_, EVALUATE, Environment={"Variables": {"MINE": "1"}}) as evaluate:
        seen = evaluate("dict(os.environ)").payload
        folder = evaluate("os.getcwd()").payload

    assert set(seen) - {"LC_CTYPE"} == {  # Python sets it if LANG is not installed
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS",
        "HOME",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "MINE",
        "PATH",
        "TMPDIR",
        "TZ",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
    assert seen["LAMBDA_TASK_ROOT"] == folder
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == evaluate.name
    assert seen["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{evaluate.name}"
    assert seen["AWS_ENDPOINT_URL"] == os.environ["AWS_ENDPOINT_URL"]


def test_a_function_calls_aws_as_its_role(evaluate: Function) -> None:
    caller = evaluate("__import__('boto3').client('sts').get_caller_identity()['Arn']").payload

    assert caller == f"arn:aws:sts::000000000000:assumed-role/function/{evaluate.name}"


def test_an_exception_is_reported_with_its_trace(evaluate: Function) -> None:
    failed = evaluate("1 / 0")

    assert failed.error == "Unhandled"
    assert failed.payload["errorType"] == "ZeroDivisionError"
    assert failed.payload["errorMessage"] == "division by zero"
    assert "in handler" in failed.payload["stackTrace"][0]
    assert "[ERROR] ZeroDivisionError: division by zero" in failed.log
    assert evaluate("invocations").payload == 2


@pytest.mark.parametrize(
    ("crash", "error_type", "message"),
    [
        ("sys.exit(3)", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("os._exit(0)", "Runtime.ExitError", "Runtime exited without providing a reason"),
        ("os.kill(os.getpid(), 11)", "Runtime.ExitError", "signal: segmentation fault"),
        pytest.param(
            "len(b'x' * 300_000_000)",
            "Runtime.OutOfMemory",
            "Runtime exited with error: signal: killed",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
        ),
    ],
    ids=["exit", "exit without a reason", "signal", "memory"],
)
def test_a_function_that_crashes_is_reported_and_starts_anew(
    crash: str, error_type: str, message: str, evaluate: Function
) -> None:
    failed = evaluate(crash)

    assert failed.error == "Unhandled"
    assert failed.payload["errorType"] == error_type
    assert re.fullmatch(f"RequestId: [0-9a-f-]+ Error: .*{message}", failed.payload["errorMessage"])
    assert f"Status: error\tError Type: {error_type}" in failed.log
    assert evaluate("invocations").payload == 1


def test_a_function_that_takes_too_long_is_killed_and_starts_anew(lambda_: "LambdaClient") -> None:
    with function(lambda_, EVALUATE, Timeout=5) as evaluate:
        process_id = evaluate("os.getpid()").payload
        late = evaluate("[print('asleep'), time.sleep(60)]")
        assert not is_alive(process_id)
        again = evaluate("invocations")

    assert late.error == "Unhandled"
    assert late.payload["errorType"] == "Sandbox.Timedout"
    assert late.payload["errorMessage"].endswith("Error: Task timed out after 5.00 seconds")
    assert "asleep\n" in late.log
    assert "Status: timeout" in late.log
    assert again.payload == 1


def test_files_in_tmp_stay_when_the_runtime_starts_anew(evaluate: Function) -> None:
    write = (
        "__import__('pathlib').Path(__import__('tempfile').gettempdir(), 'file').write_text('x')"
    )
    evaluate(write)
    evaluate("sys.exit(1)")

    assert evaluate("os.listdir(os.environ['TMPDIR'])").payload == ["file"]


@pytest.mark.parametrize(
    ("source", "error_type", "message"),
    [
        ("import missing", "Runtime.ImportModuleError", "No module named 'missing'"),
        ("1 / 0", "ZeroDivisionError", "division by zero"),
        ("raise SystemExit(4)", "Runtime.ExitError", "exit status 4"),
        ("other = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing"),
    ],
)
def test_a_function_that_cannot_be_initialized_says_why(
    source: str, error_type: str, message: str, lambda_: "LambdaClient"
) -> None:
    with function(lambda_, source) as broken:
        failed = broken({})

    assert failed.error == "Unhandled"
    assert failed.payload["errorType"] == error_type
    assert message in failed.payload["errorMessage"]
    assert message in failed.log


def test_what_a_function_prints_is_in_its_log_group(evaluate: Function) -> None:
    evaluate("print('printed')")
    evaluate("print('error', file=sys.stderr)")

    messages = wait_for_logs(boto3.client("logs"), log_group(evaluate.name), 9)
    kinds = [message.split()[0] for message in messages]
    assert kinds == [
        *("initialized", "START", "printed", "END", "REPORT"),
        *("START", "error", "END", "REPORT"),
    ]
    assert "Memory Size: 128 MB\tMax Memory Used: " in messages[4]


def test_a_function_logs_to_the_group_that_it_names(lambda_: "LambdaClient") -> None:
    group = f"/custom/{uuid.uuid4().hex}"
    with function(lambda_, EVALUATE, LoggingConfig={"LogGroup": group}) as evaluate:
        assert evaluate("os.environ['AWS_LAMBDA_LOG_GROUP_NAME']").payload == group
        assert wait_for_logs(boto3.client("logs"), group, 4)[1].startswith("START")


def test_a_log_group_is_created_again_if_the_role_may_create_it(lambda_: "LambdaClient") -> None:
    with function(lambda_, EVALUATE, Role=role_that_may("logs:CreateLogGroup")) as evaluate:
        group = log_group(evaluate.name)
        boto3.client("logs").delete_log_group(logGroupName=group)
        evaluate("1")
        assert wait_for_logs(boto3.client("logs"), group, 4)


@pytest.mark.parametrize("role", [None, "logs:PutLogEvents"], ids=["no role", "no permission"])
def test_a_log_group_is_not_created_again_if_the_role_may_not_create_it(
    lambda_: "LambdaClient", role: str | None
) -> None:
    group = f"/custom/{uuid.uuid4().hex}"
    settings = {"Role": role_that_may(role)} if role else {}
    with function(lambda_, EVALUATE, **settings) as evaluate:
        create = f"__import__('boto3').client('logs').create_log_group(logGroupName={group!r})"
        refused = evaluate(create)
    assert "not authorized to perform: logs:CreateLogGroup" in refused.payload["errorMessage"]
    found = boto3.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found == []


def role_that_may(action: str) -> str:
    iam, name = boto3.client("iam"), f"function-{uuid.uuid4().hex}"
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="logs", PolicyDocument=policy)
    return arn


def test_invocations_at_once_have_an_environment_each(
    lambda_: "LambdaClient", tmp_path: Path
) -> None:
    arrive = f"open({str(tmp_path)!r} + f'/{{os.getpid()}}', 'w').close()"
    others = waiting(f"len(os.listdir({str(tmp_path)!r})) == 3")
    with function(lambda_, EVALUATE, Timeout=60) as evaluate, ThreadPoolExecutor() as pool:
        results = list(pool.map(evaluate, [f"[os.getpid(), {arrive}, {others}]"] * 3))

    assert len({result.payload[0] for result in results}) == 3


def test_invocations_beyond_the_reserved_concurrency_are_throttled(
    lambda_: "LambdaClient", tmp_path: Path
) -> None:
    started, gate = tmp_path / "started", tmp_path / "gate"
    arrive = f"open({str(started)!r}, 'w').close()"
    wait = waiting(f"os.path.exists({str(gate)!r})")
    with function(lambda_, EVALUATE, Timeout=60) as evaluate, ThreadPoolExecutor() as pool:
        lambda_.put_function_concurrency(FunctionName=evaluate.name, ReservedConcurrentExecutions=1)
        first = pool.submit(evaluate, f"[{arrive}, {wait}]")
        wait_until(started.exists)
        with pytest.raises(ClientError, match="TooManyRequestsException"):
            evaluate("1")
        gate.touch()

        assert first.result().error is None


def test_an_updated_function_runs_its_new_code(evaluate: Function) -> None:
    process_id = evaluate("os.getpid()").payload
    evaluate.set_code("def handler(event, context): return 'new'")

    assert evaluate({}).payload == "new"
    wait_until_gone(process_id)


def test_a_function_of_another_runtime_fails_with_what_runs(lambda_: "LambdaClient") -> None:
    with pytest.raises(WaiterError) as caught:
        create_function(lambda_, "", Runtime="nodejs22.x")

    reason = "only python3.13 functions from a zip, without layers, run here"
    assert reason in str(caught.value.last_response)


def test_a_deleted_function_leaves_no_process(lambda_: "LambdaClient") -> None:
    with function(lambda_, EVALUATE) as evaluate:
        process_id = evaluate("os.getpid()").payload

    wait_until_gone(process_id)


@pytest.mark.slow
def test_functions_end_with_localstack_even_when_it_is_killed_while_they_are_busy(
    tmp_path: Path,
) -> None:
    # The regular expression runs forever and blocks every thread of the function.
    busy = f"""
import os, re, subprocess

def handler(event, context):
    child = subprocess.Popen(["sleep", "600"])
    with open({str(tmp_path / "started")!r}, "w") as file:
        file.write(f"{{os.getpid()}} {{child.pid}}")
    os.rename(file.name, {str(tmp_path / "processes")!r})
    re.match("(a+)+$", "a" * 64 + "b")
"""
    folder = tmp_path / "localstack"
    with LocalStack(folder) as localstack, ThreadPoolExecutor() as pool:
        client = boto3.client(
            "lambda",
            endpoint_url=localstack.endpoint_url,
            config=Config(retries={"total_max_attempts": 1}),
        )
        invocation = pool.submit(create_function(client, busy, Timeout=600), {})
        while not (tmp_path / "processes").exists():
            assert not invocation.done(), invocation.result()
            time.sleep(0.05)
        process_ids = [int(number) for number in (tmp_path / "processes").read_text().split()]
        assert all(map(is_alive, process_ids))

        localstack.process.send_signal(signal.SIGKILL)
        for process_id in process_ids:
            wait_until_gone(process_id)
        assert isinstance(invocation.exception(), HTTPClientError)

    assert not folder.exists()


def is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(process_id: int) -> None:
    wait_until(lambda: not is_alive(process_id))


def waiting(condition: str) -> str:
    """Expression that a function evaluates until a condition is met."""
    return f"next(None for _ in iter(int, 1) if time.sleep(0.02) or {condition})"
