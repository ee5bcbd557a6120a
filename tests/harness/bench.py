"""What secrets cost in time and AWS calls, by how many there are, and rotation: `make bench`."""

import functools
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import boto3
from rich.console import Console
from rich.table import Table

from harness import package
from harness.functions import create_function
from harness.localstack import LocalStackError, RequestLog
from harness.session import own_emulator, temporary_folder
from harness.terraform import TerraformError
from harness.workspace import Workspace

NUMBERS = (1, 10, 100)
STARTS = 5
CONSOLE = Console(highlight=False)

HCL = """
provider "aws" {
  region = "us-east-1"
}

variable "number" {
  type = number
}

variable "key_arn" {
  type = string
}

module "secrets" {
  source   = "./module"
  for_each = toset([for index in range(var.number) : format("benchmark/%03d", index)])

  name                    = each.key
  database                = { engine = "mysql", username = "app", host = "localhost" }
  key                     = { existing = { arn = var.key_arn } }
  recovery_window_in_days = 0
}
"""


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds, and number of AWS calls by name."""

    seconds: float
    calls: Counter[str]


def measure(log: RequestLog, run: Callable[[], object]) -> Cost:
    """Cost of running this once."""
    mark, start = log.mark(), time.monotonic()
    run()
    return Cost(time.monotonic() - start, log.calls_since(mark))


def costs(folder: Path, log: RequestLog) -> dict[str, dict[int, Cost]]:
    """Cost of each command by number of secrets, which share one key."""
    key_arn = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    workspace = Workspace(folder / "work", folder / "templates")
    measured: dict[str, dict[int, Cost]] = {}
    for number in NUMBERS:
        terraform = workspace(HCL)
        commands: dict[str, Callable[..., object]] = {
            "plan": terraform.plan,
            "apply": terraform.apply,
            "plan without change": terraform.plan,
            "destroy": terraform.destroy,
        }
        for command, run in commands.items():
            with CONSOLE.status(f"{command}, secrets: {number} …"):
                cost = measure(log, functools.partial(run, number=number, key_arn=key_arn))
            CONSOLE.print(f"{command}, secrets: {number}, {cost.seconds:.1f} s")
            measured.setdefault(command, {})[number] = cost
    return measured


def table(measured: dict[str, dict[int, Cost]]) -> Table:
    """A section per command: its seconds, its calls, and these by name."""
    result = Table("secrets", *map(str, NUMBERS))
    for command, by_number in measured.items():
        result.add_row(
            f"[bold]{command}", *(f"{cost.seconds:.1f} s" for cost in by_number.values())
        )
        result.add_row("all calls", *(str(cost.calls.total()) for cost in by_number.values()))
        for name in sorted(set[str]().union(*(cost.calls for cost in by_number.values()))):
            result.add_row(f"  {name}", *(str(cost.calls[name]) for cost in by_number.values()))
        result.add_section()
    return result


def rotation_function(folder: Path) -> str:
    """Size of the rotation function's package, and how long a cold start of it takes."""
    file = folder / "rotation.zip"
    package.build(file)
    content = {"ZipFile": file.read_bytes()}
    settings = {"Handler": "rotation.handler.handle", "Code": content, "MemorySize": 256}
    function = create_function(boto3.client("lambda"), "", **settings)
    # Without an event it fails, once it has started.
    starts = []
    for number in range(STARTS):
        function.set_variables(STRATEGY="single_user", START=str(number))
        starts.append(float(re.findall(r"Init Duration: ([\d.]+) ms", function({}).log)[0]))
    return (
        f"The rotation function: {file.stat().st_size:,} bytes, cold start "
        f"{statistics.median(starts):.0f} ms (median of {STARTS})"
    )


def main() -> int:
    """Exit code: 0, 1 after an error, 130 after Ctrl-C."""
    try:
        with temporary_folder() as folder, own_emulator(folder) as localstack:
            CONSOLE.print(rotation_function(folder))
            CONSOLE.print(table(costs(folder, localstack.log)))
    except KeyboardInterrupt:
        return 130
    except (LocalStackError, TerraformError) as error:
        CONSOLE.print(str(error), markup=False)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
