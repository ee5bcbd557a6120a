"""Secrets that nobody has read for long."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from secret_doctor.aws import AWS
from secret_doctor.findings import Fact, Finding, Severity, day

DEFAULT_DAYS = 90  # as AWS's control SecretsManager.3


def check(aws: AWS, days: int, now: datetime) -> Iterator[Fact | Finding]:
    """Each secret of the region that was last read, or made and never read, before `days` days."""
    pages = aws.patient_secretsmanager.get_paginator("list_secrets").paginate()
    secrets = [secret for page in pages for secret in page["SecretList"]]
    yield Fact("Secrets in the region", str(len(secrets)))
    # AWS tells the day alone.
    limit = (now - timedelta(days=days)).date()
    for secret in sorted(secrets, key=lambda each: each["Name"]):
        read, made = secret.get("LastAccessedDate"), secret["CreatedDate"]
        if (read or made).astimezone(UTC).date() >= limit:
            continue
        last = f"Last read on {day(read)}" if read else f"Never read, made on {day(made)}"
        owner = secret.get("OwningService")
        yield Finding(
            id="unused",
            severity=Severity.WARNING,
            title=f"{secret['Name']} is not used",
            explanation=f"{last}, in this region"
            + (f". {owner} manages it" if owner else "")
            + ". AWS records the day alone, and reading in other regions with the replicas there.",
            advice=f"Ask {owner}, which made it, to remove it."
            if owner
            else "If nobody needs it, remove it from Terraform, or: aws secretsmanager "
            f"delete-secret --secret-id {secret['ARN']} --recovery-window-in-days 30. Until then "
            "restore-secret takes that back.",
        )
