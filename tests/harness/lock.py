"""Resolves the requirements of tests to hashed lock files that name no host: `make lock`."""

import subprocess
import sys

from harness.environments import IAM, REQUIREMENTS, UV, SetupError, alone, check_node, make

# LocalStack 4.14 fails to start on later releases of what it is built on.
NEWEST_RELEASE = {"localstack": "2026-03-05"}


def lock(name: str) -> None:
    """Write `name.txt` with today's newest releases that `name.in` allows."""
    limit = ["--exclude-newer", NEWEST_RELEASE[name]] if name in NEWEST_RELEASE else []
    print(f"Resolving {name}.in", flush=True)
    options = ["--quiet", "--upgrade", "--universal", "--python", sys.executable]
    options += ["--generate-hashes", "--no-emit-index-url", "--custom-compile-command", "make lock"]
    subprocess.run(
        [UV, "pip", "compile", *options, *limit, f"{name}.in", "--output-file", f"{name}.txt"],
        cwd=REQUIREMENTS,
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
            for requirements in sorted(REQUIREMENTS.glob("*.in")):
                lock(requirements.stem)
            lock_node()
    except SetupError as error:
        sys.exit(str(error))
