"""The process that decides on IAM policies and knows AWS's actions: tests/iam/engine.mjs."""

import json
import subprocess
import tempfile
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Self

from tools.environments import IAM, VENV

COMMAND = ("node", IAM / "engine.mjs")


class EngineError(Exception):
    """The engine cannot decide as AWS would, or cannot decide at all; the message says why."""


class Process:
    """engine.mjs, within a `with` block. It also ends with this process.

    Raises EngineError on entry if Node or the packages are missing.
    """

    def __enter__(self) -> Self:
        self._errors = tempfile.TemporaryFile("w+")
        try:
            self.process = subprocess.Popen(
                COMMAND,
                cwd=VENV / "iam",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
            )
        except FileNotFoundError as error:
            self._errors.close()
            raise EngineError(f"{error.filename} is missing: run `make test`") from None
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
        self._errors.close()

    def ask(self, question: str, values: Iterable[object]) -> list[Any]:
        """Answers of engine.mjs to a question about each value. EngineError if it has ended."""
        lines = [json.dumps({question: value}) + "\n" for value in values]
        # The pipe cannot hold many lines: reading must begin before all are written.
        writer = threading.Thread(target=self._write, args=(lines,))
        writer.start()
        assert self.process.stdout
        answers = [self.process.stdout.readline() for _ in lines]
        writer.join()
        if "" in answers:
            self._errors.seek(0)
            raise EngineError(
                f"the engine ended with exit code {self.process.wait()}. If its packages are "
                f"missing, run `make test`. It said:\n{self._errors.read()}"
            )
        return [json.loads(answer) for answer in answers]

    def _write(self, lines: list[str]) -> None:
        assert self.process.stdin
        with suppress(BrokenPipeError):  # the missing answer shows it
            self.process.stdin.writelines(lines)
            self.process.stdin.flush()
