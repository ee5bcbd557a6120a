"""A second AWS to test against: moto's server, for what LocalStack's free edition lacks (ECS)."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

from harness.environments import ROOT, VENV
from harness.localstack import answers_in_time, free_port

START_SECONDS = 30


class MotoError(Exception):
    """moto's server did not start; the message ends with the tail of its log."""


class Moto:
    """A moto server of one's own on a free port of loopback, for the length of a `with` block.

    Its folder is removed when it ends. It ends with this process, also when that is killed.
    Raises MotoError on entry when it does not start.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.endpoint_url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "moto.log"

    @property
    def settings(self) -> dict[str, str]:
        """Environment in which Terraform and boto3 ask this server for ECS, and it alone."""
        return {"AWS_ENDPOINT_URL_ECS": self.endpoint_url}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        supervise = [sys.executable, "-m", "harness.supervise", "", str(int(signal.SIGTERM))]
        python = VENV / "moto" / "bin" / "python"
        serve = ["-m", "moto.server", "--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*supervise, self.folder, python, *serve],
                cwd=self.folder,
                env={
                    "PATH": os.environ["PATH"],
                    "PYTHONPATH": str(ROOT / "tests"),
                    "PYTHONPYCACHEPREFIX": str(VENV / "cache" / "python"),
                    "MOTO_ACCOUNT_ID": "000000000000",  # LocalStack's
                },
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl-C at the terminal is for the starter, which may still need the server.
                start_new_session=True,
            )
        try:
            if not answers_in_time(self._process, self.port, "/moto-api/", START_SECONDS):
                tail = "\n".join(self._log.read_text().splitlines()[-20:])
                raise MotoError(f"moto did not start in {START_SECONDS} s. Its log:\n{tail}")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
