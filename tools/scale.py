"""Measures the cost of many secrets with tests/fixtures/scale, and creates tables from it.

One shape of these is written by hand (the floor), one is like the most used public module, and one
uses this module. `make bench` writes the medians to docs/scale.json.
"""

import json
import shutil
import statistics
import subprocess
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import boto3
import psutil

from emulator.localstack import RequestLog
from harness.terraform import Terraform
from harness.workspace import copy_hcl
from tools.environments import ROOT

SHAPES = {
    "bare": "resources by hand",
    "peer": "shape of terraform-aws-modules",
    "module": "this module",
}
COMMANDS = ("plan", "apply", "plan without change", "destroy")
RESULTS = ROOT / "docs" / "scale.json"
BUCKET = "state"
# Only the provider calls services other than S3.
BACKEND = """terraform {
  backend "s3" {
    bucket                      = "%s"
    key                         = "%s"
    region                      = "us-east-1"
    use_lockfile                = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
  }
}
"""


@dataclass(frozen=True)
class Cost:
    """The cost of a command for a number of secrets, which share one key unless `own_keys`.

    `cpu_seconds` and `memory_bytes` (the peak) are those of Terraform and its provider together.
    `calls` are the AWS calls by name, except those that store the state. `state_bytes` is the size
    of the state after the command.
    """

    shape: str
    number: int
    own_keys: bool
    command: str
    seconds: float
    cpu_seconds: float
    memory_bytes: int
    state_bytes: int
    calls: dict[str, int]

    @property
    def subject(self) -> tuple[str, int, bool, str]:
        """The subject of the measurement, the same in each run."""
        return self.shape, self.number, self.own_keys, self.command


class Meter:
    """CPU time and memory of this process's Terraform child processes and their providers."""

    def __init__(self) -> None:
        self.memory_bytes = 0
        self._cpu_seconds: dict[int, float] = {}

    @property
    def cpu_seconds(self) -> float:
        """CPU time of all processes that were seen."""
        return sum(self._cpu_seconds.values())

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read several times a second until the block ends."""
        ended = threading.Event()
        reader = threading.Thread(target=self._read_until, args=[ended])
        reader.start()
        try:
            yield
        finally:
            ended.set()
            reader.join()

    def _read_until(self, ended: threading.Event) -> None:
        while not ended.wait(0.05):
            memory = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    if process.name().startswith("terraform"):
                        memory += process.memory_info().rss
                        times = process.cpu_times()
                        self._cpu_seconds[process.pid] = times.user + times.system
                except psutil.Error:  # it has ended meanwhile
                    continue
            self.memory_bytes = max(self.memory_bytes, memory)


def copy(shape: str, folder: Path) -> Terraform:
    """Terraform for the root module of a shape, in a copy of this repository.

    Its state is in S3, under the name of `folder`: Terraform writes a local one at each change.
    """
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    copy_hcl(folder)
    shutil.copytree(ROOT / "tests" / "fixtures" / "scale", folder / "tests" / "fixtures" / "scale")
    terraform = Terraform(folder / "tests" / "fixtures" / "scale" / shape)
    (terraform.folder / "backend.tf").write_text(BACKEND % (BUCKET, folder.name))
    terraform.init(keep_hashes=True)  # as for users
    return terraform


def measure(
    folder: Path, log: RequestLog, shape: str, number: int, *, own_keys: bool = False
) -> Iterator[Cost]:
    """Cost of each command, in order, of a shape in a folder that does not exist yet."""
    terraform = copy(shape, folder)
    terraform.environment |= {"GOGC": "100", "GOMEMLIMIT": "off"}  # as for users
    terraform.time_limit_seconds = 3600
    key = None if own_keys else boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    runs: dict[str, Callable[..., object]] = {
        "plan": terraform.plan,
        "apply": terraform.apply,
        "plan without change": terraform.plan,
        "destroy": terraform.destroy,
    }
    for command, run in runs.items():
        meter, mark, start = Meter(), log.mark(), time.monotonic()
        with meter.reading():
            run(number=number, key_arn=key)
        seconds = time.monotonic() - start
        calls = log.calls_since(mark)
        yield Cost(
            shape,
            number,
            own_keys,
            command,
            seconds,
            meter.cpu_seconds,
            meter.memory_bytes,
            state_size(folder.name),
            {name: count for name, count in calls.items() if not name.startswith("s3.")},
        )


def state_size(key: str) -> int:
    """Bytes of a state in S3; 0 if there is none."""
    listed = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=key).get("Contents", [])
    return sum(each["Size"] for each in listed)


def medians(costs: Iterable[Cost]) -> list[Cost]:
    """One cost for each subject, in which each figure is the median of its runs."""
    runs: dict[object, list[Cost]] = defaultdict(list)
    for cost in costs:
        runs[cost.subject].append(cost)
    return [
        Cost(
            *same[0].subject,
            seconds=round(statistics.median(each.seconds for each in same), 1),
            cpu_seconds=round(statistics.median(each.cpu_seconds for each in same), 1),
            memory_bytes=statistics.median_high(each.memory_bytes for each in same),
            state_bytes=statistics.median_high(each.state_bytes for each in same),
            calls={
                name: statistics.median_high(each.calls.get(name, 0) for each in same)
                for name in sorted({name for each in same for name in each.calls})
            },
        )
        for same in runs.values()
    ]


def save(costs: Iterable[Cost]) -> None:
    """Write the medians with the date, Terraform's version and the number of processors."""
    version = json.loads(subprocess.check_output(["terraform", "version", "-json"]))
    content = {
        "measured": time.strftime("%Y-%m-%d"),
        "terraform": version["terraform_version"],
        "processors": psutil.cpu_count(),
        "shapes": SHAPES,
        "costs": [asdict(cost) for cost in costs],
    }
    RESULTS.write_text(json.dumps(content, indent=1) + "\n")


def load() -> list[Cost]:
    """The saved medians."""
    return [Cost(**cost) for cost in json.loads(RESULTS.read_text())["costs"]]


def rows(table: str) -> list[tuple[str, ...]]:
    """Heading and rows of a table in docs/scale.md: `largest`, `growth`, `own_keys` or `calls`."""
    costs = load()
    match table:
        case "largest":
            return _compared(_largest(costs))
        case "own_keys":
            return _compared([cost for cost in costs if cost.own_keys])
        case "growth":
            return _growth([cost for cost in costs if cost.shape == "module" and not cost.own_keys])
        case "calls":
            return _calls(_largest(costs))
        case _:
            raise ValueError(f"no table is called {table}")


def _largest(costs: list[Cost]) -> list[Cost]:
    number = max(cost.number for cost in costs)
    return [cost for cost in costs if cost.number == number]


def _compared(costs: list[Cost]) -> list[tuple[str, ...]]:
    """All figures of the shapes side by side, and the ratio of this module's to the floor's."""
    figures: dict[str, Callable[[Cost], tuple[float, str]]] = {
        "time": lambda cost: (cost.seconds, f"{cost.seconds:.1f} s"),
        "CPU time": lambda cost: (cost.cpu_seconds, f"{cost.cpu_seconds:.1f} s"),
        "memory": lambda cost: (cost.memory_bytes, f"{cost.memory_bytes / 2**20:,.0f} MiB"),
        "calls": lambda cost: (calls := sum(cost.calls.values()), f"{calls:,}"),
        "state": lambda cost: (cost.state_bytes, f"{cost.state_bytes / 2**10:,.0f} KiB"),
    }
    by_subject = {(cost.shape, cost.command): cost for cost in costs}
    shapes = [shape for shape in SHAPES if (shape, "plan") in by_subject]
    table = [("command", "", *(SHAPES[shape] for shape in shapes), "to the floor")]
    for command in COMMANDS:
        measured = [by_subject[shape, command] for shape in shapes]
        for name, figure in figures.items():
            if name == "state" and command != "apply":
                continue
            values = [figure(cost) for cost in measured]
            ratio = values[-1][0] / values[0][0]
            table.append((command, name, *(text for _, text in values), f"{ratio:.2f}"))
    return table


def _growth(costs: list[Cost]) -> list[tuple[str, ...]]:
    """Time of each command by number of secrets."""
    numbers = sorted({cost.number for cost in costs})
    seconds = {(cost.command, cost.number): cost.seconds for cost in costs}
    table = [("command", *(f"{number:,}" for number in numbers))]
    for command in COMMANDS:
        table.append((command, *(f"{seconds[command, number]:.1f} s" for number in numbers)))
    return table


def _calls(costs: list[Cost]) -> list[tuple[str, ...]]:
    """Calls for one secret by command and name."""
    table = [("command", "call", *SHAPES.values())]
    for command in COMMANDS:
        of_shape = {cost.shape: Counter(cost.calls) for cost in costs if cost.command == command}
        for name in sorted(set().union(*of_shape.values())):
            each = (
                f"{of_shape[shape][name] / costs[0].number:.1f}".removesuffix(".0")
                for shape in SHAPES
            )
            table.append((command, f"`{name}`", *each))
    return table
