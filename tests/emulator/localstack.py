"""An AWS to test against: LocalStack in host mode, a process that ends with its starter."""

import contextlib
import http.client
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Self

import boto3

from emulator.places import CACHE, IMPORTED, LOCALSTACK_PYTHON

START_SECONDS = 90
_CALL = re.compile(r" AWS (\w+\.\w+) => \d")


class LocalStackError(Exception):
    """LocalStack did not start; the message ends with the tail of its log."""


class RequestLog:
    """The AWS calls that a LocalStack has answered, as it logs them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def mark(self) -> int:
        """Position in the log now, for `calls_since`."""
        return self.path.stat().st_size

    def calls_since(self, mark: int) -> Counter[str]:
        """Number of calls since the mark by name, such as `secretsmanager.GetSecretValue`."""
        with self.path.open("rb") as log:
            log.seek(mark)
            return Counter(_CALL.findall(log.read().decode()))


class LocalStack:
    """A separate LocalStack on a free port of loopback, for the length of a `with` block.

    Its folder is removed when it ends. It ends with this process, also when that is killed.
    `settings` are those of docs/emulator.md. Raises LocalStackError on entry when it does not
    start.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self._settings = settings
        self.port = free_port()
        self.endpoint_url = f"http://127.0.0.1:{self.port}"
        self.log = RequestLog(folder / "localstack.log")

    def __enter__(self) -> Self:
        home = self.folder / "localstack"
        home.mkdir(parents=True, exist_ok=True)  # or Python would not take it for TMPDIR
        with self.log.path.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    LOCALSTACK_PYTHON,
                    "-m",
                    "emulator.main",
                    self.folder,
                ],
                env={
                    "PATH": os.environ["PATH"],
                    "PYTHONPATH": ":".join(map(str, IMPORTED)),
                    "PYTHONSAFEPATH": "1",  # no module from where the tests happen to be run
                    "PYTHONPYCACHEPREFIX": str(CACHE),
                    "GATEWAY_LISTEN": f"127.0.0.1:{self.port}",
                    "DNS_ADDRESS": "0",
                    "DISABLE_EVENTS": "1",
                    "SKIP_SSL_CERT_DOWNLOAD": "1",
                    "OVERRIDE_IN_DOCKER": "0",
                    "LAMBDA_KEEPALIVE_MS": "30000",  # functions that no test uses any more
                    # Without separate folders, two LocalStacks wipe each other's files.
                    "HOME": str(home),
                    "TMPDIR": str(home),
                    "FILESYSTEM_ROOT": str(home),
                    "LOCALSTACK_VOLUME_DIR": str(home),
                    **self._settings,
                },
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl-C at the terminal is for the starter, which may still need LocalStack.
                start_new_session=True,
            )
        try:
            self._wait_until_healthy()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _wait_until_healthy(self) -> None:
        if not answers_in_time(self.process, self.port, "/_localstack/health", START_SECONDS):
            tail = "\n".join(self.log.path.read_text().splitlines()[-20:])
            raise LocalStackError(
                f"LocalStack did not start in {START_SECONDS} s. Its log:\n{tail}"
            )

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def new_account() -> str:
    """Id of an account that nothing else has; LocalStack takes it for an access key id."""
    return f"{uuid.uuid4().int % 10**12:012}"


def session_in(account: str) -> boto3.Session:
    """Session of an account, which LocalStack takes from the access key."""
    return boto3.Session(aws_access_key_id=account, aws_secret_access_key="test")


def answers_in_time(
    process: "subprocess.Popen[bytes]", port: int, path: str, seconds: float
) -> bool:
    """Whether the process's server on this port of loopback gives a page within the time."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == http.HTTPStatus.OK:
                return True
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    return False


def free_port() -> int:
    """A port of loopback on which nothing listens now.

    It is below the range that systems give to outgoing connections, one of which could take the
    port before the server does.
    """
    while True:
        port = 10_000 + secrets.randbelow(22_768)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
