"""Checks HCL, Python, workflows, issue forms and prose: `make lint`. Prints a line per check."""

import functools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from python_terraform import IsFlagged
from rich.console import Console

from harness.session import temporary_folder
from harness.terraform import TerraformError, environment
from harness.workspace import Workspace, all_examples
from tools import prose
from tools.environments import ROOT, VENV, oldest_python

CONSOLE = Console(highlight=False, emoji=False, soft_wrap=True)
WORKFLOWS = [*sorted(ROOT.glob(".github/workflows/*")), ROOT / "policies/github-actions-scan.yaml"]
ISSUE_FORMS = sorted(ROOT.glob(".github/ISSUE_TEMPLATE/*.yaml"))
PYTHON_FOLDERS = (
    "tools",
    "tests",
    "policies",
    "modules/rotation/function",
    "examples/lambda-consumer",
    "doctor",
)
NOWHERE = "http://127.0.0.1:1"  # no check may reach AWS

type Check = Callable[[], str]


def run(*command: str | Path) -> str:
    """Output of the command if it fails, or else an empty text."""
    result = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return result.stdout if result.returncode else ""


def validate(folder: Path) -> str:
    """Errors of `terraform validate` for all examples at once, which covers all modules."""
    try:
        Workspace(folder / "work", folder / "templates")(all_examples(ROOT)).run(
            "validate", no_color=IsFlagged
        )
    except TerraformError as error:
        return str(error)
    return ""


def checks(folder: Path) -> Iterator[tuple[str, Check]]:
    """Each check by name, the long ones first. `folder` is for Terraform's working files."""
    python = VENV / "tests" / "bin"
    oldest = oldest_python()
    yield "terraform validate", functools.partial(validate, folder)
    yield "prose", prose.check
    commands: dict[str, Sequence[str | Path]] = {
        "terraform fmt": ("terraform", "fmt", "-check", "-recursive", "-diff"),
        "ruff check": (python / "ruff", "check", "--quiet", *PYTHON_FOLDERS),
        "ruff format": (python / "ruff", "format", "--check", "--diff", *PYTHON_FOLDERS),
        "mypy --strict": (python / "mypy", *PYTHON_FOLDERS),
        f"mypy, Python {oldest}": (python / "mypy", "--python-version", oldest, "doctor"),
        **workflow_commands(WORKFLOWS),
        "issue forms": issue_forms_command(ISSUE_FORMS),
    }
    for name, command in commands.items():
        yield name, functools.partial(run, *command)


def workflow_commands(files: Iterable[Path]) -> dict[str, Sequence[str | Path]]:
    """Commands by name that check workflows of GitHub Actions; none uses the network.

    zizmor requires actions that are pinned by digest, and the fewest permissions.
    """
    folder = VENV / "workflows" / "bin"
    schema = (folder / "check-jsonschema", "--builtin-schema")
    return {
        "zizmor": (folder / "zizmor", "--offline", "--persona", "pedantic", "--quiet", *files),
        "workflow schema": (*schema, "vendor.github-workflows", *files),
        "workflow time limits": (*schema, "custom.github-workflows-require-timeout", *files),
    }


def issue_forms_command(files: Iterable[Path]) -> Sequence[str | Path]:
    """Command that checks forms for issues on GitHub, without the network."""
    check = VENV / "workflows" / "bin" / "check-jsonschema"
    return (check, "--builtin-schema", "vendor.github-issue-forms", *files)


def passes(name: str, check: Check) -> bool:
    """Run the check and print what it found."""
    start = time.monotonic()
    found = check().rstrip()
    verdict = "[red]failed[/]" if found else "[green]ok[/]    "
    CONSOLE.print(f"{verdict} {time.monotonic() - start:5.1f} s  {name}")
    CONSOLE.print(found, markup=False, end="\n" if found else "")
    return not found


def main() -> int:
    """Run all checks, as many at a time as there are cores. Exit code: 1 if any check fails."""
    with temporary_folder() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        os.environ.update(environment(NOWHERE, folder))
        futures = [pool.submit(passes, *check) for check in checks(folder)]
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
