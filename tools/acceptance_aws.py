"""Runs the acceptance tests on AWS, with the environment's credentials: `make acceptance-aws`.

The arguments are the id of the account and the region, so that neither is accidental.
"""

import os
import re
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from harness.acceptance import MOST_SECRETS, random_prefix
from tools.docs import declared
from tools.environments import ROOT

USAGE = "Name the account and the region: make acceptance-aws ACCOUNT=123456789012 REGION=us-east-1"
NOTE = """\
In account {account}, {region}, by {endpoint},
this creates at most {secrets} secrets and {secrets} KMS keys. All of it is destroyed at the end,
also after a failure or Ctrl-C; KMS deletes a key 7 days later.
It costs at most ${hour:.2f} for an hour, and a cent for calls. What is not destroyed, as after
a power cut, costs at most ${month:.2f} a month. Prices are those of us-east-1:
  https://aws.amazon.com/secrets-manager/pricing/
  https://aws.amazon.com/kms/pricing/
The names of the secrets begin with {prefix}/, the aliases of the keys with alias/{prefix}/.
"""


def price(name: str) -> float:
    """A price in US dollars of modules/cost."""
    prices = declared("variable", ROOT / "modules" / "cost" / "variables.tf")["prices"]["type"]
    found = re.search(rf"\b{name}\b.*?optional\(number, ([\d.]+)\)", prices)
    assert found, name
    return float(found[1])


def identity(region: str) -> tuple[str, str]:
    """Account of the credentials, and the endpoint that returned it. Exits if there are none."""
    try:
        sts = boto3.client("sts", region_name=region)
        return sts.get_caller_identity()["Account"], sts.meta.endpoint_url
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"Credentials for AWS are missing or do not work: {error}")


def main(account: str, region: str) -> None:
    """Print what the run costs, and become the process that runs the tests."""
    if not (re.fullmatch(r"\d{12}", account) and region):
        sys.exit(USAGE)
    actual, endpoint = identity(region)
    if actual != account:
        sys.exit(f"The credentials are for account {actual}, not {account}. Nothing was created.")
    prefix = random_prefix()
    month = MOST_SECRETS * (price("secret_month") + price("key_month"))
    note = NOTE.format(
        account=account,
        region=region,
        endpoint=endpoint,
        secrets=MOST_SECRETS,
        hour=month / 730,
        month=month,
        prefix=prefix,
    )
    print(note, flush=True)
    settings = {
        "JUDGE": "aws",
        "ACCEPTANCE_PREFIX": prefix,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
    }
    os.chdir(ROOT)
    # Not a child process: after Ctrl-C, it would be killed before it has destroyed everything.
    command = [sys.executable, "-m", "pytest", "-rs", "tests/acceptance"]
    os.execve(sys.executable, command, os.environ | settings)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(*sys.argv[1:])
