"""Makes environments in .venv from the lock files in tests/requirements, tests/iam and tests/prose.

Runs on nothing but the standard library of Python 3.13: `python -m tools.environments tests`.
Each environment is made once, and again when its lock file or the Python changes.
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
# For a `python -m` of a module in tools/ or tests/, wherever it is run.
PYTHONPATH = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
UV = VENV / "uv" / "bin" / "uv"
IAM = ROOT / "tests" / "iam"
PROSE = ROOT / "tests" / "prose"
# The environments that Node runs, by the folder of their lock file.
NODE = {"iam": IAM, "prose": PROSE}
FUNCTION = ROOT / "modules" / "rotation" / "function"
OLDEST_TERRAFORM = (1, 11)
OLDEST_NODE = 20


class SetupError(Exception):
    """What is missing and how to get it, in a line."""


def project(repository: Path = ROOT) -> dict[str, Any]:
    """What pyproject.toml says of the doctor as a package."""
    described: dict[str, Any] = tomllib.loads((repository / "pyproject.toml").read_text())
    return dict(described["project"])


def oldest_python() -> str:
    """Oldest version of Python that the doctor runs on, as pyproject.toml says."""
    return str(project()["requires-python"]).removeprefix(">=")


def check_terraform() -> None:
    """Raise SetupError unless Terraform is on PATH and knows write-only arguments (1.11)."""
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
    """Raise SetupError unless npm and Node are on PATH, and Node is one still supported (20)."""
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
    """Make the environment `.venv/name` unless it is there as its lock file wants it.

    The last thing written is a stamp, so that an
    environment half made is made again. Raises SetupError with the installer's last words when it
    fails.
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
        # Nothing of a package runs before the tests or the linter import it.
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
    """Run an installer to make something; raises SetupError with its last words when it fails."""
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
    """What an installer says of its failure, on a line: npm by `summary` in JSON, others last."""
    try:
        lines = json.loads(output)["error"]["summary"].strip().splitlines()[:1]
    except ValueError:
        lines = output.strip().splitlines()[-1:]
    return "".join(lines).strip()


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other process sets up in this clone, and keep others waiting."""
    VENV.mkdir(exist_ok=True)
    with (VENV / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (VENV / "pyvenv.cfg").exists():
            # `uv run` makes its own environment of this folder, and refuses one that is none.
            venv.create(VENV, symlinks=True)
        yield


def main(names: list[str]) -> None:
    """Make the environments of these names, after uv's own; end with one line on an error."""
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
