"""The order of the checks of one secret."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from secret_doctor import errors, key, lookup, network, policy, rotation, secret, value
from secret_doctor.aws import AWS, Subject
from secret_doctor.findings import Fact, Finding, Report, Severity

# Each check by what is unknown if it is not possible. The checks are independent.
OF_DESCRIPTION = {
    "the secret": secret.check,
    "the key": key.check,
    "the keys of versions": key.versions,
    "rotation": rotation.check,
    "replicas": secret.replicas,
}
OF_ACCESS = {
    "who the caller is": secret.caller,
    "the value": value.check,
    "the resource policy": policy.check,
    "VPC endpoints": network.check,
}


def examine(
    aws: AWS, name: str, other_regions: Sequence[str] = (), now: datetime | None = None
) -> Report:
    """What is wrong with the secret of this name or ARN, for this caller and network.

    `other_regions` are searched for a missing secret, by default all enabled regions.
    `now` is the time that dates are compared with.
    """
    found = _examine(aws, name, other_regions, now or datetime.now(UTC))
    return Report.of(name, aws.region, found)


def _examine(
    aws: AWS, name: str, other_regions: Sequence[str], now: datetime
) -> Iterator[Fact | Finding]:
    arn = re.match(r"arn:[\w-]+:secretsmanager:([\w-]+):", name)
    if arn and arn[1] != aws.region:
        yield wrong_region(aws, name, arn[1])
        return
    description: Mapping[str, object] = {}
    try:
        description = aws.secretsmanager.describe_secret(SecretId=name)
    except aws.secretsmanager.exceptions.ResourceNotFoundException:
        yield from lookup.check(aws, name, other_regions)
        return
    except errors.NETWORK as error:
        yield from network.unreachable(aws, error)
        return
    except (BotoCoreError, ClientError) as error:
        if errors.are_credentials(error):
            yield errors.credentials(error)
            return
        yield errors.not_checked("key, rotation, versions and replicas", error)
    subject = Subject(aws, name, description, now)
    checks = {**OF_DESCRIPTION, **OF_ACCESS}
    if not description:
        checks = OF_ACCESS
    elif "DeletedDate" in description:
        checks = OF_DESCRIPTION  # AWS would refuse all the others for that reason
    for what, check in checks.items():
        yield from errors.explained(what, check(subject))


def wrong_region(aws: AWS, arn: str, region: str) -> Finding:
    """The ARN belongs to another region."""
    return Finding(
        id="in-another-region",
        severity=Severity.ERROR,
        title=f"No secret {arn} in {aws.region}",
        explanation=f"The ARN belongs to {region}. A secret exists in one region.",
        advice=lookup.ask_in(region) + ".",
    )
