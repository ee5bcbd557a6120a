"""Run Lambda functions for LocalStack as processes; LocalStack itself requires Docker.

Each execution environment is a process of AWS's own runtime client, with a Runtime API on loopback:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import contextlib
import json
import math
import os
import re
import shutil
import signal
import socketserver
import subprocess
import tempfile
import threading
import time
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, NamedTuple

from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult

from emulator.places import FUNCTION_PYTHON

RUNTIME = "python3.13"
BOOTSTRAP = Path(__file__).with_name("lambda_bootstrap.py")
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
INIT_SECONDS = 10
POLL_SECONDS = 0.02
# Variables that LocalStack sets for its own runtime in a container. Lambda has only the last one,
# which names a folder that does not exist here.
_NOT_OF_LAMBDA = re.compile(
    "LOCALSTACK_|EDGE_PORT|_AWS_XRAY_|AWS_LAMBDA_FUNCTION_TIMEOUT|LAMBDA_RUNTIME_DIR"
)


class Answer(NamedTuple):
    """The result of a wait: `kind` is next, response, error, exit, memory or timeout.

    `body` is the data that the runtime has sent, or says how the runtime has exited.
    """

    kind: str
    body: bytes = b""


class RuntimeAPI(socketserver.ThreadingTCPServer):
    """The HTTP interface from which one runtime gets invocations, and to which it sends answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.invocations: SimpleQueue[tuple[dict[str, str], bytes] | None] = SimpleQueue()
        self.answers: SimpleQueue[Answer] = SimpleQueue()
        self.address = f"127.0.0.1:{self.server_address[1]}"
        # The interval bounds how long `close` takes.
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()

    def close(self) -> None:
        """Stop listening, and disconnect a runtime that waits for an invocation."""
        self.invocations.put(None)
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: RuntimeAPI
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise, replies wait 40 ms for an acknowledgement

    def do_GET(self) -> None:
        self.server.answers.put(Answer("next"))
        if invocation := self.server.invocations.get():
            self._reply(HTTPStatus.OK, *invocation)
        else:
            self.close_connection = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        # The path ends in response or error. It also ends in error if the initialization fails.
        self.server.answers.put(Answer(self.path.rpartition("/")[2], body))
        self._reply(HTTPStatus.ACCEPTED, {}, b"")

    def _reply(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep these calls out of LocalStack's log."""


class RuntimeProcess:
    """A runtime client in its own process group, which `end` ends.

    Memory is in MB. It is measured only on systems that have /proc.
    """

    def __init__(
        self, environment: dict[str, str], folder: Path, output: IO[bytes], memory_limit: int
    ) -> None:
        self.api = RuntimeAPI()
        self.most_memory = 0
        self._memory_limit = memory_limit
        self._process = subprocess.Popen(
            [FUNCTION_PYTHON, "-IS", BOOTSTRAP, environment["_HANDLER"]],
            env=environment | {"AWS_LAMBDA_RUNTIME_API": self.api.address},
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    @property
    def is_running(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def wait(self, deadline: float) -> Answer:
        """The runtime's next answer; wait for it until a deadline of time.monotonic()."""
        while (left := deadline - time.monotonic()) > 0:
            answer = None
            with contextlib.suppress(Empty):
                answer = self.api.answers.get(timeout=min(left, POLL_SECONDS))
            self._measure_memory()
            if self.most_memory > self._memory_limit:
                return Answer("memory")
            if answer:
                return answer
            if (status := self._process.poll()) is not None:
                return Answer("exit", _describe_exit(status).encode())
        return Answer("timeout")

    def end(self) -> None:
        """Kill the process, if it still runs, and all other processes of its group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self.api.close()

    def _measure_memory(self) -> None:
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self._process.pid}/status").read_text()
            if peak := re.search(r"VmHWM:\s+(\d+) kB", status):
                self.most_memory = int(peak[1]) // 1024


class ProcessExecutor:
    """One execution environment, with the methods of LocalStack's RuntimeExecutor.

    If the runtime has ended, for any reason, the next invocation starts it again, as Lambda does.
    The folder that replaces /tmp stays.
    """

    def __init__(self, id: str, function_version: FunctionVersion) -> None:  # noqa: A002
        self.id = id
        self._version = function_version.id.qualifier
        self._config = function_version.config
        self._environment: dict[str, str] = {}
        self._tmp = tempfile.mkdtemp(prefix="lambda-")
        # A file without a name leaves nothing behind. Unlike a pipe, it already has all output when
        # the runtime answers.
        self._output = tempfile.TemporaryFile()  # noqa: SIM115
        self._output_read = 0
        self._runtime: RuntimeProcess | None = None
        self._init_milliseconds = 0.0

    @classmethod
    def validate_environment(cls) -> bool:
        """Return True: `prepare_version` reports functions that cannot run."""
        return True

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unzip the code; if it cannot run, raise ValueError, which the function's state shows."""
        config = function_version.config
        if config.runtime != RUNTIME or config.package_type != "Zip" or config.layers:
            raise ValueError(f"only {RUNTIME} functions from a zip, without layers, run here")
        if not FUNCTION_PYTHON.exists():
            raise ValueError("no Python for functions: run `make test` to create .venv/function")
        config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Do nothing: LocalStack manages the unzipped code."""

    def get_endpoint_from_executor(self) -> str:
        """Host of LocalStack for a function."""
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        """Return an empty address: there is no interface for LocalStack's own runtime."""
        return ""

    def get_logs(self) -> str:
        """Return an empty text: only invocations have logs."""
        return ""

    def start(self, env_vars: dict[str, object]) -> None:
        """Initialize the runtime; if that fails, the first invocation tries again, as in Lambda."""
        self._environment = {
            **{name: str(v) for name, v in env_vars.items() if not _NOT_OF_LAMBDA.match(name)},
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{RUNTIME}",
            "LAMBDA_TASK_ROOT": str(self._config.code.get_unzipped_code_location()),
            "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            # These replace /tmp, which all functions share here.
            "HOME": self._tmp,
            "TMPDIR": self._tmp,
            **(self._config.environment or {}),
        }
        begin = time.monotonic()
        if self._start_runtime().wait(begin + INIT_SECONDS).kind == "next":
            self._init_milliseconds = 1000 * (time.monotonic() - begin)
        else:
            self._end_runtime()

    def stop(self) -> None:
        """End the environment; a running invocation fails."""
        self._end_runtime()
        shutil.rmtree(self._tmp, ignore_errors=True)

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Run an invocation until the runtime is ready for the next; return its InvocationResult.

        Errors and logs have the text that Lambda gives them:
        https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
        """
        request_id = payload["invoke-id"]
        seconds = self._config.timeout
        logs = [self._new_output(), f"START RequestId: {request_id} Version: {self._version}\n"]
        begin = time.monotonic()
        runtime, answer = self._run(payload, begin + seconds)
        milliseconds = 1000 * (time.monotonic() - begin)
        report = {
            "REPORT RequestId": request_id,
            "Duration": f"{milliseconds:.2f} ms",
            "Billed Duration": f"{math.ceil(milliseconds)} ms",
            "Memory Size": f"{self._config.memory_size} MB",
            "Max Memory Used": f"{runtime.most_memory} MB",
        }
        if self._init_milliseconds:
            report["Init Duration"] = f"{self._init_milliseconds:.2f} ms"
            self._init_milliseconds = 0.0
        logs.append(self._new_output())
        body = answer.body
        if answer.kind == "timeout":
            message = f"Task timed out after {seconds:.2f} seconds"
            now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            logs.append(f"{now} {request_id} {message}\n")
            body = _error("Sandbox.Timedout", request_id, message)
            report["Status"] = "timeout"
        elif answer.kind in ("exit", "memory"):
            error_type = "Runtime.OutOfMemory" if answer.kind == "memory" else "Runtime.ExitError"
            message = answer.body.decode() or _describe_exit(-signal.SIGKILL)
            logs.append(f"RequestId: {request_id} Error: {message}\n{error_type}\n")
            body = _error(error_type, request_id, message)
            report |= {"Status": "error", "Error Type": error_type}
        logs.append(f"END RequestId: {request_id}\n")
        logs.append("\t".join(f"{name}: {value}" for name, value in report.items()) + "\n")
        is_error = answer.kind != "response"
        return InvocationResult(request_id, body, is_error, "".join(logs))

    def _run(self, payload: dict[str, str], deadline: float) -> tuple[RuntimeProcess, Answer]:
        runtime = self._runtime
        if runtime and runtime.is_running:
            answer = Answer("next")
        else:
            self._end_runtime()
            runtime = self._start_runtime()
            answer = runtime.wait(deadline)
        if answer.kind == "next":
            milliseconds_left = 1000 * (deadline - time.monotonic())
            headers = {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": payload["invoke-id"],
                "Lambda-Runtime-Deadline-Ms": str(int(1000 * time.time() + milliseconds_left)),
                "Lambda-Runtime-Invoked-Function-Arn": payload["invoked-function-arn"],
                "Lambda-Runtime-Trace-Id": payload["trace-id"],
            }
            runtime.api.invocations.put((headers, payload["payload"].encode()))
            answer = runtime.wait(deadline)
        if answer.kind not in ("response", "error") or runtime.wait(deadline).kind != "next":
            self._end_runtime()
        return runtime, answer

    def _start_runtime(self) -> RuntimeProcess:
        folder = self._config.code.get_unzipped_code_location()
        self._runtime = RuntimeProcess(
            self._environment, folder, self._output, self._config.memory_size
        )
        return self._runtime

    def _end_runtime(self) -> None:
        if self._runtime:
            self._runtime.end()
            self._runtime = None

    def _new_output(self) -> str:
        """Output of the function since the last call, as whole lines."""
        descriptor = self._output.fileno()
        size = os.fstat(descriptor).st_size
        # `pread` does not move the offset, which the function shares.
        output = os.pread(descriptor, size - self._output_read, self._output_read).decode(
            errors="replace"
        )
        self._output_read = size
        return output if output.endswith("\n") or not output else output + "\n"


def _describe_exit(status: int) -> str:
    if status < 0:
        return f"Runtime exited with error: signal: {str(signal.strsignal(-status)).lower()}"
    if status > 0:
        return f"Runtime exited with error: exit status {status}"
    return "Runtime exited without providing a reason"


def _error(error_type: str, request_id: str, message: str) -> bytes:
    error = {"errorType": error_type, "errorMessage": f"RequestId: {request_id} Error: {message}"}
    return json.dumps(error).encode()
