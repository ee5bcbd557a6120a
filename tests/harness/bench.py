"""Measures what many secrets cost, and the start of the rotation function: `make bench`.

Writes the medians to docs/scale.json; the tables and the plot of docs/scale.md are made from it.
NUMBERS and RUNS, such as NUMBERS="1 10" and RUNS=1, measure less, and then write nothing.
"""

import os
import re
import statistics
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
from rich.console import Console

from harness import package, scale
from harness.functions import create_function
from harness.localstack import LocalStackError, RequestLog
from harness.scale import RESULTS, SHAPES, Cost
from harness.session import own_emulator, temporary_folder
from harness.terraform import TerraformError

NUMBERS = (1, 10, 100, 500)
RUNS = 3
STARTS = 5
CONSOLE = Console(highlight=False)


def costs(folder: Path, log: RequestLog, numbers: tuple[int, ...], runs: int) -> Iterator[Cost]:
    """Every cost of every run, as it is measured. The shapes take turns, in all alike."""
    subjects = [(shape, number, False) for number in numbers for shape in SHAPES]
    subjects += [(shape, 10, True) for shape in SHAPES if shape != "peer"]  # which makes no key
    for run in range(1, runs + 1):
        for shape, number, own_keys in subjects:
            copy = folder / uuid.uuid4().hex
            for cost in scale.measure(copy, log, shape, number, own_keys=own_keys):
                CONSOLE.print(
                    f"run {run} of {runs}: {SHAPES[shape]}, secrets: {number}"
                    f"{', a key each' if own_keys else ''}, {cost.command}: {cost.seconds:.1f} s, "
                    f"CPU {cost.cpu_seconds:.1f} s, {cost.memory_bytes / 2**20:.0f} MiB, "
                    f"{sum(cost.calls.values())} calls"
                )
                yield cost


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
    numbers = tuple(int(number) for number in os.environ.get("NUMBERS", "").split()) or NUMBERS
    runs = int(os.environ.get("RUNS", RUNS))
    try:
        with temporary_folder() as folder, own_emulator(folder) as localstack:
            CONSOLE.print(rotation_function(folder))
            measured = scale.medians(costs(folder / "scale", localstack.log, numbers, runs))
    except KeyboardInterrupt:
        return 130
    except (LocalStackError, TerraformError) as error:
        CONSOLE.print(str(error), markup=False)
        return 1
    if (numbers, runs) == (NUMBERS, RUNS):
        scale.save(measured)
        CONSOLE.print(f"Written: {RESULTS.name}. `make docs` writes the tables.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
