"""Resolves the requirements of function and tests to hashed lock files: `make lock`.

The lock files name no host.
"""

import subprocess
import sys
from pathlib import Path

from harness.environments import (
    FUNCTION,
    IAM,
    REQUIREMENTS,
    ROOT,
    UV,
    SetupError,
    alone,
    check_node,
    make,
)

# LocalStack 4.14 fails to start on later releases of what it is built on.
NEWEST_RELEASE = {"localstack": "2026-03-05"}


def lock(requirements: Path) -> None:
    """Write NAME.txt beside NAME.in with today's newest releases that this allows."""
    name = requirements.stem
    limit = ["--exclude-newer", NEWEST_RELEASE[name]] if name in NEWEST_RELEASE else []
    print(f"Resolving {requirements.relative_to(ROOT)}", flush=True)
    options = ["--quiet", "--upgrade", "--universal", "--python", sys.executable]
    options += ["--generate-hashes", "--no-emit-index-url", "--custom-compile-command", "make lock"]
    subprocess.run(
        [UV, "pip", "compile", *options, *limit, f"{name}.in", "--output-file", f"{name}.txt"],
        cwd=requirements.parent,
        check=True,
    )


def lock_node() -> None:
    """Write package-lock.json with today's newest releases that package.json allows.

    The .npmrc beside it leaves out the addresses that packages come from.
    """
    print("Resolving package.json", flush=True)
    options = ["--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(["npm", "update", "--package-lock-only", *options], cwd=IAM, check=True)


if __name__ == "__main__":
    try:
        check_node()
        with alone():
            make("uv")
            # The function's first: the tests run on the same versions.
            for requirements in (FUNCTION / "requirements.in", *sorted(REQUIREMENTS.glob("*.in"))):
                lock(requirements)
            lock_node()
    except SetupError as error:
        sys.exit(str(error))
