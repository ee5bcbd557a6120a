"""An AWS to test against: LocalStack in host mode, which ends with the process that starts it."""

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
    """The AWS calls that a LocalStack has answered, read from its log."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def mark(self) -> int:
        """Current position in the log, for `calls_since`."""
        return self.path.stat().st_size

    def calls_since(self, mark: int) -> Counter[str]:
        """Number of calls since the mark by name, such as `secretsmanager.GetSecretValue`."""
        with self.path.open("rb") as log:
            log.seek(mark)
            return Counter(_CALL.findall(log.read().decode()))


class LocalStack:
    """A separate LocalStack on a free loopback port, which runs during a `with` block.

    Its folder is removed when it ends. It ends with this process, even if this process is killed.
    docs/emulator.md describes `settings`. Raises LocalStackError on entry if LocalStack does not
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
        home.mkdir(parents=True, exist_ok=True)  # Python ignores a TMPDIR that does not exist
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
                    "PYTHONSAFEPATH": "1",  # import nothing from the current folder
                    "PYTHONPYCACHEPREFIX": str(CACHE),
                    "GATEWAY_LISTEN": f"127.0.0.1:{self.port}",
                    "DNS_ADDRESS": "0",
                    "DISABLE_EVENTS": "1",
                    "SKIP_SSL_CERT_DOWNLOAD": "1",
                    "OVERRIDE_IN_DOCKER": "0",
                    "LAMBDA_KEEPALIVE_MS": "30000",  # ends functions that no test uses any more
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
                # Ctrl-C must reach only the starting process, which can still need LocalStack.
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
    """Id of an account that nothing else uses; LocalStack accepts it as an access key id."""
    return f"{uuid.uuid4().int % 10**12:012}"


def session_in(account: str) -> boto3.Session:
    """Session in an account; LocalStack reads the account from the access key."""
    return boto3.Session(aws_access_key_id=account, aws_secret_access_key="test")


def answers_in_time(
    process: "subprocess.Popen[bytes]", port: int, path: str, seconds: float
) -> bool:
    """Whether the process's server on this loopback port returns a page in time."""
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
    """A loopback port on which nothing listens now.

    It is below the range that systems use for outgoing connections. In that range, a connection
    could take the port before the server does.
    """
    while True:
        port = 10_000 + secrets.randbelow(22_768)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
