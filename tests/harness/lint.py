"""Checks the HCL and the Python code: `make lint`. Prints a line per check, and what each found."""

import functools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from harness.environments import ROOT, VENV
from harness.session import temporary_folder
from harness.terraform import environment
from harness.workspace import copy_hcl

CONSOLE = Console(highlight=False, emoji=False, soft_wrap=True)
NOWHERE = "http://127.0.0.1:1"  # no check may reach AWS

type Check = Callable[[], str]


def run(*command: str | Path) -> str:
    """What the command finds fault with; empty if nothing."""
    result = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return result.stdout if result.returncode else ""


def validate(module: Path) -> str:
    """Errors of `terraform validate` in this folder, which gets Terraform's working files."""
    terraform = ["terraform", f"-chdir={module}"]
    return run(*terraform, "init", "-input=false", "-no-color") or run(
        *terraform, "validate", "-no-color"
    )


def checks(copy: Path) -> Iterator[tuple[str, Check]]:
    """Each check by name, the long ones first. `copy` is a copy of this repository's HCL."""
    python = VENV / "tests" / "bin"
    for module in [copy, *sorted(copy.glob("modules/*")), *sorted(copy.glob("examples/*"))]:
        yield f"validate {module.relative_to(copy)}", functools.partial(validate, module)
    for name, command in {
        "terraform fmt": ("terraform", "fmt", "-check", "-recursive", "-diff"),
        "ruff check": (python / "ruff", "check", "--quiet", "tests"),
        "ruff format": (python / "ruff", "format", "--check", "--diff", "tests"),
        "mypy --strict": (python / "mypy", "tests"),
    }.items():
        yield name, functools.partial(run, *command)


def passes(name: str, check: Check) -> bool:
    """Run the check and print what it found."""
    start = time.monotonic()
    found = check().rstrip()
    verdict = "[red]failed[/]" if found else "[green]ok[/]    "
    CONSOLE.print(f"{verdict} {time.monotonic() - start:5.1f} s  {name}")
    CONSOLE.print(found, markup=False, end="\n" if found else "")
    return not found


def main() -> int:
    """Run all checks, as many at a time as there are cores. Exit code: 1 if any found fault."""
    with temporary_folder() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        os.environ.update(environment(NOWHERE, folder))
        copy_hcl(folder / "repository")
        futures = [pool.submit(passes, *check) for check in checks(folder / "repository")]
        try:
            return 0 if all(future.result() for future in futures) else 1
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
