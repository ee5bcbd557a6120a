"""Creates the tutorial's secret, shows it, and checks for leaks of its password: `make demo`."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import boto3
from rich.console import Console

from emulator.localstack import LocalStackError
from harness import leaks
from harness.session import emulator, is_own_emulator, temporary_folder
from harness.terraform import Plan, Terraform, TerraformError
from harness.workspace import Workspace
from secret_doctor import output
from secret_doctor.aws import AWS
from secret_doctor.examine import examine

EXAMPLE = "database-credentials"
CONSOLE = Console(highlight=False, emoji=False)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Show the current step, then its duration."""
    start = time.monotonic()
    with CONSOLE.status(f"{name} …"):
        yield
    CONSOLE.print(f"[green]✓[/] {name} [dim]{time.monotonic() - start:.1f} s[/]")


def prove(terraform: Terraform, plan: Plan, name: str) -> str:
    """Search Terraform's files and output for the password; AssertionError if it is there.

    Returns a description of the search.
    """
    value = boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    texts = {
        "plan JSON": plan.json,
        "state JSON": json.dumps(terraform.show_state()),
        "Terraform's output": terraform.transcript,
    }
    found = leaks.find(json.loads(value)["password"], paths=[terraform.folder], texts=texts)
    assert not found, f"the password is in {found}"
    # A search that finds nothing at all would prove nothing.
    seen = leaks.find(name, paths=[terraform.folder], texts=texts)
    files = sorted(file.name for file in terraform.folder.iterdir() if file.is_file())
    return (
        f"Searched: {', '.join([*files, *texts])}. The password is in none of them, in no form;\n"
        f"the secret's name, which is no secret, was found in {len(seen)} places."
    )


def show(workspace: Workspace) -> None:
    """Apply the example, show the secret, prove that its password is nowhere else, destroy it."""
    with step("Copy the example, terraform init"):
        terraform = workspace.example(EXAMPLE)
    with step("terraform plan"):
        # The destroy deletes the secret immediately, so that its name is free again.
        plan = terraform.plan(recovery_window_in_days=0)
    with step("terraform apply"):
        terraform.apply_plan(plan)
    outputs = terraform.output()
    with step("secret-doctor"):
        report = examine(AWS(boto3.Session()), outputs["name"])
    output.show(report, CONSOLE)
    assert report.exit_code == 0, "the doctor finds fault with the secret"
    with step("Search for the password"):
        searched = prove(terraform, plan, outputs["name"])
    CONSOLE.print(searched)
    with step("terraform destroy"):
        terraform.destroy(recovery_window_in_days=0)


def main() -> int:
    """Exit code: 0, 1 after an error, 130 after Ctrl-C."""
    start = time.monotonic()
    try:
        with temporary_folder() as folder, ExitStack() as stack:
            with step("Start LocalStack"):
                stack.enter_context(emulator(folder))
            workspace = Workspace(folder / "work", folder / "templates")
            try:
                show(workspace)
            except BaseException:
                # The demo's own emulator ends with its resources; another one must be cleaned.
                if not is_own_emulator():
                    workspace.destroy()
                raise
    except KeyboardInterrupt:
        CONSOLE.print("Interrupted. Nothing is left behind.")
        return 130
    except (AssertionError, LocalStackError, TerraformError) as error:
        CONSOLE.print(str(error), markup=False)
        return 1
    CONSOLE.print(f"Done in {time.monotonic() - start:.0f} s. Nothing is left behind.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
