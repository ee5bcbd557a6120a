"""Measures many secrets, the start of the rotation function and the rules: `make bench`.

Writes the medians to docs/scale.json, the source of the tables and the plot of docs/scale.md.
NUMBERS, such as NUMBERS="1 10", measures only these numbers of secrets, and writes nothing.
"""

import os
import re
import resource
import statistics
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import boto3
from rich.console import Console

from emulator.localstack import LocalStackError, RequestLog
from harness.checkov import CHECKOV
from harness.functions import create_function
from harness.session import own_emulator, temporary_folder
from harness.terraform import TerraformError
from tools import package, scale
from tools.scale import RESULTS, SHAPES, Cost
from tools.scan import RULES

# How often each number of secrets is measured.
RUNS = {1: 3, 10: 3, 100: 1, 500: 1}
STARTS = 5
SECRETS_KEY = """
resource "aws_kms_key" "this" {
  enable_key_rotation = true
}
"""
SECRET = """
resource "aws_secretsmanager_secret" "secret_NUMBER" {
  name       = "app/NUMBER/database"
  kms_key_id = aws_kms_key.this.arn
  tags       = { Environment = "test", Project = "orders" }
}

resource "aws_secretsmanager_secret_version" "secret_NUMBER" {
  secret_id     = aws_secretsmanager_secret.secret_NUMBER.id
  secret_string = "NUMBER"
}

resource "aws_secretsmanager_secret_policy" "secret_NUMBER" {
  secret_arn          = aws_secretsmanager_secret.secret_NUMBER.arn
  policy              = data.aws_iam_policy_document.secret_NUMBER.json
  block_public_policy = true
}

data "aws_iam_policy_document" "secret_NUMBER" {
  statement {
    effect    = "Deny"
    actions   = ["secretsmanager:*"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
"""
CONSOLE = Console(highlight=False, soft_wrap=True)


def costs(folder: Path, log: RequestLog, numbers: Sequence[int]) -> Iterator[Cost]:
    """Every cost of every run, as it is measured. The shapes take turns."""
    subjects = [
        (shape, number, own_keys)
        for number in numbers
        for _ in range(RUNS[number])
        for own_keys in (False, True)
        for shape in SHAPES
        # The peer creates no key.
        if not own_keys or (number == 10 and shape != "peer")
    ]
    for shape, number, own_keys in subjects:
        copy = folder / uuid.uuid4().hex
        for cost in scale.measure(copy, log, shape, number, own_keys=own_keys):
            CONSOLE.print(
                f"{SHAPES[shape]}, secrets: {number}{', a key each' if own_keys else ''}, "
                f"{cost.command}: {cost.seconds:.1f} s, CPU {cost.cpu_seconds:.1f} s, "
                f"{cost.memory_bytes / 2**20:.0f} MiB, {sum(cost.calls.values())} calls"
            )
            yield cost


def rotation_function(folder: Path) -> str:
    """Size of the rotation function's package, and how long a cold start of it takes."""
    file = folder / "rotation.zip"
    package.build(file)
    content = {"ZipFile": file.read_bytes()}
    settings = {"Handler": "rotation.handler.handle", "Code": content, "MemorySize": 256}
    function = create_function(boto3.client("lambda"), "", **settings)
    # Without an event, it fails after it has started.
    starts = []
    for number in range(STARTS):
        function.set_variables(STRATEGY="single_user", START=str(number))
        starts.append(float(re.findall(r"Init Duration: ([\d.]+) ms", function({}).log)[0]))
    return (
        f"The rotation function: {file.stat().st_size:,} bytes, cold start "
        f"{statistics.median(starts):.0f} ms (median of {STARTS})"
    )


def rules(folder: Path, number: int) -> str:
    """CPU time of checkov for a file of this many secrets, without the rules and with them."""
    folder.mkdir(parents=True)
    hcl = [SECRETS_KEY, *(SECRET.replace("NUMBER", str(each)) for each in range(number))]
    (folder / "main.tf").write_text("\n".join(hcl))
    command = (CHECKOV, "--directory", folder, "--skip-download")
    seconds = []
    for options in ((), ("--external-checks-dir", RULES)):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [*command, "--framework", "terraform", "--compact", *options],
            stdout=subprocess.DEVNULL,
            check=False,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return (
        f"checkov, {number} secrets in a file: {seconds[0]:.1f} s of CPU time, with the rules "
        f"{seconds[1]:.1f} s, {seconds[1] / seconds[0]:.2f} times that"
    )


def main() -> int:
    """Exit code: 0, 1 after an error, 130 after Ctrl-C."""
    numbers = [int(number) for number in os.environ.get("NUMBERS", "").split()] or [*RUNS]
    try:
        with temporary_folder() as folder, own_emulator(folder) as localstack:
            for number in (300, 600):
                CONSOLE.print(rules(folder / "rules" / str(number), number))
            CONSOLE.print(rotation_function(folder))
            measured = scale.medians(costs(folder / "scale", localstack.log, numbers))
    except KeyboardInterrupt:
        return 130
    except (LocalStackError, TerraformError) as error:
        CONSOLE.print(str(error), markup=False)
        return 1
    if numbers == [*RUNS]:
        scale.save(measured)
        CONSOLE.print(f"Written: {RESULTS.name}. `make docs` writes the tables.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
