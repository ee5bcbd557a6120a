"""Resolves tests/requirements/*.in to hashed lock files that name no host: `make lock`."""

import subprocess
import sys

from harness.environments import REQUIREMENTS, UV, alone, make

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


if __name__ == "__main__":
    with alone():
        make("uv")
        for requirements in sorted(REQUIREMENTS.glob("*.in")):
            lock(requirements.stem)
