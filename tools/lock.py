"""Resolves the requirements of functions, tests and doctor to hashed lock files: `make lock`.

The lock files contain no host names.
"""

import subprocess
import sys
from pathlib import Path

from tools.environments import (
    NODE,
    REQUIREMENTS,
    ROOT,
    UV,
    SetupError,
    alone,
    check_node,
    make,
    oldest_python,
)
from tools.package import FUNCTIONS

DOCTOR_LOCK = ROOT / "doctor" / "requirements.txt"
# LocalStack 4.14 fails to start with later releases of its dependencies.
NEWEST_RELEASE = {"localstack": "2026-03-05"}


def lock(requirements: Path, lock_file: Path, *limits: str | Path) -> None:
    """Write the lock file with today's newest releases that requirements and limits allow."""
    print(f"Resolving {requirements.relative_to(ROOT)}", flush=True)
    options = ["--quiet", "--upgrade", "--universal", "--python", sys.executable]
    options += ["--generate-hashes", "--no-emit-index-url", "--custom-compile-command", "make lock"]
    subprocess.run(
        [UV, "pip", "compile", *options, *limits, requirements.name, "--output-file", lock_file],
        cwd=requirements.parent,
        check=True,
    )


def lock_node(folder: Path) -> None:
    """Write package-lock.json with today's newest releases that package.json allows.

    The .npmrc in the same folder omits the addresses of the packages.
    """
    print(f"Resolving {(folder / 'package.json').relative_to(ROOT)}", flush=True)
    options = ["--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(["npm", "update", "--package-lock-only", *options], cwd=folder, check=True)


if __name__ == "__main__":
    try:
        check_node()
        with alone():
            make("uv")
            # First, because the tests use the versions of the doctor and the rotation function.
            lock(ROOT / "pyproject.toml", DOCTOR_LOCK, "--python-version", oldest_python())
            functions = [folder / "requirements.in" for folder in FUNCTIONS.values()]
            for requirements in (*functions, *sorted(REQUIREMENTS.glob("*.in"))):
                newest = NEWEST_RELEASE.get(requirements.stem)
                limits = ["--exclude-newer", newest] if newest else []
                lock(requirements, requirements.with_suffix(".txt"), *limits)
            for folder in NODE.values():
                lock_node(folder)
    except SetupError as error:
        sys.exit(str(error))
