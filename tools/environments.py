"""Creates environments in .venv from lock files of tests/requirements, tests/iam and tests/prose.

Needs only the standard library of Python 3.13: `python -m tools.environments tests`.
Creates each environment once, and again if its lock file or the Python version changes.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "tests" / "requirements"
VENV = ROOT / ".venv"
# For `python -m` with a module of tools/ or tests/, in any working folder.
PYTHONPATH = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
UV = VENV / "uv" / "bin" / "uv"
IAM = ROOT / "tests" / "iam"
PROSE = ROOT / "tests" / "prose"
# The environments of Node, and the folder of each one's lock file.
NODE = {"iam": IAM, "prose": PROSE}
FUNCTION = ROOT / "modules" / "rotation" / "function"
OLDEST_TERRAFORM = (1, 11)
OLDEST_NODE = 20


class SetupError(Exception):
    """The setup fails; the message says on one line what is missing and how to get it."""


def project(repository: Path = ROOT) -> dict[str, Any]:
    """The doctor's package metadata in pyproject.toml."""
    described: dict[str, Any] = tomllib.loads((repository / "pyproject.toml").read_text())
    return dict(described["project"])


def oldest_python() -> str:
    """Oldest version of Python that the doctor runs on, according to pyproject.toml."""
    return str(project()["requires-python"]).removeprefix(">=")


def check_terraform() -> None:
    """Raise SetupError unless Terraform is on PATH and supports write-only arguments (1.11)."""
    how = "get 1.11 or newer from https://developer.hashicorp.com/terraform/install"
    if not shutil.which("terraform"):
        raise SetupError(f"Terraform is missing: {how}")
    result = subprocess.run(["terraform", "version", "-json"], capture_output=True, check=False)
    try:
        version = json.loads(result.stdout)["terraform_version"]
    except (ValueError, KeyError):
        raise SetupError(f"`terraform version` fails: {how}") from None
    if tuple(int(number) for number in version.split(".")[:2]) < OLDEST_TERRAFORM:
        raise SetupError(f"Terraform {version} is too old: {how}")


def check_node() -> None:
    """Raise SetupError unless npm and Node are on PATH, and Node is still supported (20)."""
    how = f"get {OLDEST_NODE} or newer from https://nodejs.org/en/download"
    for command, product in {"node": "Node", "npm": "npm, which comes with Node,"}.items():
        if not shutil.which(command):
            raise SetupError(f"{product} is missing: {how}")
    result = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", result.stdout)
    if not version:
        raise SetupError(f"`node --version` fails: {how}")
    if int(version[1]) < OLDEST_NODE:
        raise SetupError(f"Node {result.stdout.strip()} is too old: {how}")


def make(name: str) -> None:
    """Create the environment `.venv/name`, unless it exists and matches its lock file.

    This writes a stamp last, so that it creates an incomplete environment again. Raises SetupError
    with the installer's last message if the installer fails.
    """
    node = NODE.get(name)
    lock_file = node / "package-lock.json" if node else REQUIREMENTS / f"{name}.txt"
    folder = VENV / name
    stamp = folder / "stamp"
    wanted = hashlib.sha256(sys.version.encode() + lock_file.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    what = f".venv/{name}"
    print(f"Making {what} from {lock_file.relative_to(ROOT)}", flush=True)
    if node:
        folder.mkdir(exist_ok=True)
        for file in ("package.json", lock_file.name):
            shutil.copy(node / file, folder)
        # No code of a package runs before the tests or the linter import it.
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--json", "--loglevel=silent")
        run(what, "npm", "ci", "--prefix", folder, *options)
    elif name == "uv":
        run(what, sys.executable, "-m", "venv", "--clear", folder)
        python = folder / "bin" / "python"
        run(what, python, "-m", "pip", "install", "--require-hashes", "-r", lock_file)
    else:
        run(what, UV, "venv", "--clear", "--python", sys.executable, folder)
        run(what, UV, "pip", "sync", "--require-hashes", "--python", folder, lock_file)
    stamp.write_text(wanted)


def run(what: str, *command: str | Path) -> None:
    """Run an installer to create `what`; raises SetupError with its last message if it fails."""
    with tempfile.TemporaryDirectory(prefix="tf-") as folder:  # uv leaves locks behind
        result = subprocess.run(
            command,
            env=os.environ | {"UV_PYTHON_DOWNLOADS": "never", "TMPDIR": folder},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if result.returncode:
        raise SetupError(
            f"Cannot make {what}: {_last_words(result.stdout.decode(errors='replace'))} "
            "(can this machine reach the package registry? then try again)"
        )


def _last_words(output: str) -> str:
    """An installer's error on one line: npm's `summary` in JSON, the last line of others."""
    try:
        lines = json.loads(output)["error"]["summary"].strip().splitlines()[:1]
    except ValueError:
        lines = output.strip().splitlines()[-1:]
    return "".join(lines).strip()


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other process sets up in this clone, and make others wait."""
    VENV.mkdir(exist_ok=True)
    with (VENV / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (VENV / "pyvenv.cfg").exists():
            # `uv run` uses this folder as its environment, and refuses it if it is none.
            venv.create(VENV, symlinks=True)
        yield


def main(names: list[str]) -> None:
    """Create uv's environment, then those of these names; end with one line on an error."""
    try:
        check_terraform()
        if NODE.keys() & names:
            check_node()
        with alone():
            for name in ["uv", *names]:
                make(name)
    except SetupError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
