"""Emulators other than LocalStack: Python programs that end with the process that starts them."""

import os
import shutil
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from emulator.localstack import answers_in_time, free_port
from tools.environments import PYTHONPATH, VENV

START_SECONDS = 90


class EmulatorError(Exception):
    """An emulator did not start; the message ends with the tail of its log."""


class Emulator(ABC):
    """A separate emulator on a free port of loopback, within a `with` block.

    A subclass sets its name, which is also the name of its environment, and a page that it serves.
    Its folder is deleted when it ends. It ends with this process, even if this one is killed.
    Raises EmulatorError on entry if it does not start.
    """

    name: str
    health: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.endpoint_url = f"http://127.0.0.1:{self.port}"
        self._log = folder / f"{self.name}.log"

    @property
    @abstractmethod
    def arguments(self) -> list[str]:
        """Arguments of its Python."""

    @property
    @abstractmethod
    def environment(self) -> dict[str, str]:
        """Environment variables that only this emulator needs."""

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        supervise = [sys.executable, "-m", "harness.supervise", "", str(int(signal.SIGTERM))]
        python = VENV / self.name / "bin" / "python"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*supervise, self.folder, python, *self.arguments],
                cwd=self.folder,
                env={
                    "PATH": os.environ["PATH"],
                    "PYTHONPATH": PYTHONPATH,
                    "PYTHONPYCACHEPREFIX": str(VENV / "cache" / "python"),
                    "HOME": str(self.folder),
                    "TMPDIR": str(self.folder),
                    **self.environment,
                },
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal must not end a server that this process still needs.
                start_new_session=True,
            )
        try:
            if not answers_in_time(self.process, self.port, self.health, START_SECONDS):
                tail = "\n".join(self._log.read_text().splitlines()[-20:])
                raise EmulatorError(
                    f"{self.name} did not start in {START_SECONDS} s. Its log:\n{tail}"
                )
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Moto(Emulator):
    """moto's server, for the services that LocalStack's free edition lacks (ECS)."""

    name = "moto"
    health = "/moto-api/"

    @property
    def arguments(self) -> list[str]:
        """The server, on loopback only."""
        return ["-m", "moto.server", "--host", "127.0.0.1", "--port", str(self.port)]

    @property
    def environment(self) -> dict[str, str]:
        """LocalStack's account."""
        return {"MOTO_ACCOUNT_ID": "000000000000"}

    @property
    def settings(self) -> dict[str, str]:
        """Environment in which Terraform and boto3 send ECS calls only to this server."""
        return {"AWS_ENDPOINT_URL_ECS": self.endpoint_url}


class Ministack(Emulator):
    """ministack from PyPI, which shares no code with LocalStack or moto."""

    name = "ministack"
    health = "/_ministack/health"

    @property
    def arguments(self) -> list[str]:
        """The server."""
        return ["-m", "ministack"]

    @property
    def environment(self) -> dict[str, str]:
        """Loopback only; without BIND_HOST it listens on every interface."""
        return {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            # By default, these are in /tmp regardless of TMPDIR.
            "S3_DATA_DIR": str(self.folder / "s3"),
            "STATE_DIR": str(self.folder / "state"),
        }
