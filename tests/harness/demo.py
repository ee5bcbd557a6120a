"""The tutorial's secret from nothing to what an application reads: `make demo`."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import boto3
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness import leaks
from harness.localstack import LocalStackError
from harness.session import emulator, is_own_emulator, temporary_folder
from harness.terraform import Plan, Terraform, TerraformError
from harness.workspace import Workspace

EXAMPLE = "database-credentials"
CONSOLE = Console(highlight=False, emoji=False)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Show what is being done, then how long it took."""
    start = time.monotonic()
    with CONSOLE.status(f"{name} …"):
        yield
    CONSOLE.print(f"[green]✓[/] {name} [dim]{time.monotonic() - start:.1f} s[/]")


def verify(secret_arn: str, key_arn: str) -> Table:
    """What Secrets Manager and KMS say of the secret, as the tutorial's step "Verify" asks them."""
    secretsmanager, kms = boto3.client("secretsmanager"), boto3.client("kms")
    secret = secretsmanager.describe_secret(SecretId=secret_arn)
    key = kms.describe_key(KeyId=key_arn)["KeyMetadata"]
    key_rotation = kms.get_key_rotation_status(KeyId=key_arn)
    value = json.loads(secretsmanager.get_secret_value(SecretId=secret_arn)["SecretString"])
    policy = secretsmanager.get_resource_policy(SecretId=secret_arn)["ResourcePolicy"]
    masked = value | {"password": f"•••••••• ({len(value['password'])} characters)"}

    table = Table(title=escape(secret["Name"]), show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, text in {
        "ARN": secret["ARN"],
        "Description": secret.get("Description", ""),
        "Key": secret["KmsKeyId"],
        "Key manager": key.get("KeyManager", ""),
        "Key rotation": _rotation(
            key_rotation["KeyRotationEnabled"], key_rotation.get("RotationPeriodInDays")
        ),
        "Tags": _lines({tag["Key"]: tag["Value"] for tag in secret.get("Tags", [])}),
        "Secret rotation": _rotation(secret.get("RotationEnabled", False), None),
        "Version stages": _lines(
            {version: ", ".join(s) for version, s in secret["VersionIdsToStages"].items()}
        ),
        "Value": _lines(masked),
        "Resource policy": "\n".join(each["Sid"] for each in json.loads(policy)["Statement"]),
    }.items():
        table.add_row(name, escape(text))
    return table


def prove(terraform: Terraform, plan: Plan, name: str) -> str:
    """Search all that Terraform has left and said for the password; AssertionError if it is there.

    Returns what was searched.
    """
    value = boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    texts = {
        "plan JSON": plan.json,
        "state JSON": json.dumps(terraform.show_state()),
        "Terraform's output": terraform.transcript,
    }
    found = leaks.find(json.loads(value)["password"], paths=[terraform.folder], texts=texts)
    assert not found, f"the password stands in: {found}"
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
        # Deleted at once in the end, so that its name is free again.
        plan = terraform.plan(recovery_window_in_days=0)
    with step("terraform apply"):
        terraform.apply_plan(plan)
    outputs = terraform.output()
    CONSOLE.print(verify(outputs["arn"], outputs["key_arn"]))
    with step("Search for the password"):
        searched = prove(terraform, plan, outputs["name"])
    CONSOLE.print(searched)
    with step("terraform destroy"):
        terraform.destroy(recovery_window_in_days=0)


def _rotation(enabled: bool, period: int | None) -> str:
    return ("on" if enabled else "off") + (f", every {period} days" if period else "")


def _lines(items: Mapping[str, object]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in sorted(items.items()))


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
                # An emulator of our own goes with all that is in it; another's must be cleaned.
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
