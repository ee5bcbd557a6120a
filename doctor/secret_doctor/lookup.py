"""Where a missing secret can be: under a similar name, or in another region."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from secret_doctor import errors
from secret_doctor.aws import AWS
from secret_doctor.findings import Finding, Severity

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SUFFIX_LENGTH = len("-AbCdEf")


def check(aws: AWS, name: str, other_regions: Sequence[str]) -> Iterator[Finding]:
    """Why no secret has this name or ARN."""
    wanted = name.partition(":secret:")[2] or name
    found = [
        *errors.explained("whether a secret has a similar name", by_name(aws, name, wanted)),
        *errors.explained("other regions", by_region(aws, name, other_regions)),
    ]
    yield from found
    if all(each.severity == Severity.UNKNOWN for each in found):
        yield not_found(
            aws,
            name,
            "not-found",
            "No secret has a similar name either.",
            "Check the name, the region and the account (`aws sts get-caller-identity`). If the "
            "secret was permanently deleted, terraform apply creates it again.",
        )


def not_found(aws: AWS, name: str, finding_id: str, explanation: str, advice: str) -> Finding:
    """No secret has this name here; the other arguments say why."""
    title = f"No secret {name} in {aws.region}"
    return Finding(finding_id, Severity.ERROR, title, explanation, advice)


def ask_in(region: str) -> str:
    """How to use another region, without a full stop."""
    return (
        f"Use that region: for the doctor --region {region}, for an application "
        f"AWS_REGION={region}, and for boto3, which does not read AWS_REGION, AWS_DEFAULT_REGION"
    )


def by_name(aws: AWS, name: str, wanted: str) -> Iterator[Finding]:
    """Secrets of this region with a name that people often confuse with this one."""
    pages = aws.secretsmanager.get_paginator("list_secrets").paginate(IncludePlannedDeletion=True)
    arns = {secret["Name"]: secret["ARN"] for page in pages for secret in page["SecretList"]}
    is_arn = wanted != name
    for known, arn in arns.items():
        if is_arn and known == wanted:
            yield not_found(
                aws,
                name,
                "arn-lacks-suffix",
                "The ARN ends with the name. A secret's ARN has a hyphen and six more characters.",
                f"Use the complete ARN, {arn}, or only the name.",
            )
        elif is_arn and known == wanted[:-SUFFIX_LENGTH]:
            yield not_found(
                aws,
                name,
                "arn-of-earlier-secret",
                "The six characters belong to an earlier, deleted secret of this name.",
                f"Use {arn}, also in policies. A policy with the old ARN does not allow it.",
            )
        elif arn.endswith(f":secret:{wanted}"):
            yield not_found(
                aws,
                name,
                "name-has-suffix",
                "The name has the hyphen and six characters that Secrets Manager adds to the ARN.",
                f"Use the name {known}, or the complete ARN.",
            )
        elif known.casefold() == wanted.casefold():
            yield not_found(
                aws,
                name,
                "name-case",
                f"The secret {known} exists. Names of secrets are case-sensitive.",
                f"Use the name {known}.",
            )
    for known in difflib.get_close_matches(wanted, arns, n=1, cutoff=0.85):
        if known.casefold() not in (wanted.casefold(), wanted[:-SUFFIX_LENGTH].casefold()):
            yield not_found(
                aws,
                name,
                "name-like",
                f"The secret {known} exists.",
                "Use it, if you mean this one.",
            )


def by_region(aws: AWS, name: str, other_regions: Sequence[str]) -> Iterator[Finding]:
    """Other regions that have it: the given regions, or all enabled regions."""
    regions = other_regions or [
        region["RegionName"]
        for region in aws.ec2.describe_regions()["Regions"]
        if region["RegionName"] != aws.region
    ]
    clients = [aws.secretsmanager_in(region) for region in regions]
    with ThreadPoolExecutor(max_workers=len(clients) or 1) as pool:
        given = pool.map(has, clients, [id_in(region, name) for region in regions])
        answers = dict(zip(regions, given, strict=True))
    for region in _where(answers, True):
        yield not_found(
            aws,
            name,
            "in-another-region",
            f"The secret is in {region}. A secret exists in one region.",
            f"{ask_in(region)}. Or replicate it: "
            f'replicas = {{ "{aws.region}" = {{ kms_key_arn = "..." }} }} in this module.',
        )
    if silent := list(_where(answers, None)):
        yield Finding(
            id="not-checked",
            severity=Severity.UNKNOWN,
            title="Not known: other regions",
            explanation=f"No answer, or access denied, in {', '.join(silent)}.",
            advice="Name the regions that matter with --other-region REGION.",
        )


def id_in(region: str, name: str) -> str:
    """The name, or the ARN in that region: a replica has the same six characters."""
    return re.sub("^(arn:[^:]+:secretsmanager):[^:]+:", rf"\1:{region}:", name)


def has(client: "SecretsManagerClient", name: str) -> bool | None:
    """Whether a region has the secret; None if it gives no answer."""
    try:
        client.describe_secret(SecretId=name)
    except client.exceptions.ResourceNotFoundException:
        return False
    except (BotoCoreError, ClientError):
        return None
    return True


def _where(answers: dict[str, bool | None], answer: bool | None) -> Iterable[str]:
    return (region for region, given in answers.items() if given is answer)
