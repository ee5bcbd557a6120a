"""The command `secret-doctor`."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError
from rich.console import Console

from secret_doctor import errors, network, output, unused
from secret_doctor.aws import AWS
from secret_doctor.examine import examine
from secret_doctor.findings import Report

EXIT_CODES = (
    "Exit code: 0 healthy; 1 errors or warnings; 2 neither, but checks not possible, or wrong use."
)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="secret-doctor",
        description="Finds out why a secret in AWS Secrets Manager cannot be read or does not "
        "rotate, and shows what to do. Reads the value as an application does and never shows it. "
        "Changes nothing.",
        epilog=EXIT_CODES,
    )
    made.add_argument("name", metavar="NAME", nargs="?", help="name or ARN of the secret")
    made.add_argument(
        "--unused",
        metavar="DAYS",
        type=int,
        nargs="?",
        const=unused.DEFAULT_DAYS,
        help="list all secrets of the region that were not read for this number of days "
        f"(default: {unused.DEFAULT_DAYS})",
    )
    made.add_argument("--region", help="region to use (default: the region of the environment)")
    made.add_argument(
        "--other-region",
        metavar="REGION",
        action="append",
        default=[],
        help="region to search for a missing secret (default: all regions of the account)",
    )
    made.add_argument("--json", action="store_true", help="print JSON")
    return made


def connect(region: str | None) -> AWS:
    """AWS by the settings of the environment; raises as AWS and boto3.Session do."""
    # All of AWS's tools except boto3 use AWS_REGION.
    return AWS(boto3.Session(region_name=region or os.environ.get("AWS_REGION")))


def report(aws: AWS, arguments: argparse.Namespace) -> Report:
    """The report that the arguments request."""
    if arguments.unused is None:
        return examine(aws, arguments.name, arguments.other_region)
    try:
        found = list(unused.check(aws, arguments.unused, datetime.now(UTC)))
    except errors.NETWORK as error:
        found = list(network.unreachable(aws, error))
    except (BotoCoreError, ClientError) as error:
        known = errors.are_credentials(error)
        found = [errors.credentials(error) if known else errors.not_checked("all secrets", error)]
    return Report.of(None, aws.region, found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: see EXIT_CODES; 130 after Ctrl-C."""
    command_line = parser()
    parsed = command_line.parse_args(arguments)
    if (parsed.name is None) == (parsed.unused is None):
        command_line.error("give the NAME of a secret, or --unused")
    try:
        aws = connect(parsed.region)
    except NoRegionError:
        command_line.error("no region: give --region, or set AWS_REGION")
    except (BotoCoreError, ValueError) as error:
        command_line.error(str(error))  # boto3 names the setting that it cannot use
    try:
        made = report(aws, parsed)
    except KeyboardInterrupt:
        return 130
    if parsed.json:
        print(output.to_json(made))
    else:
        # Without a terminal, wrapped lines would be hard to process.
        width = None if sys.stdout.isatty() else 200
        output.show(made, Console(highlight=False, emoji=False, width=width))
    return made.exit_code


if __name__ == "__main__":
    sys.exit(main())
