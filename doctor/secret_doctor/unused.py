"""Secrets that nobody has read for a long time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from secret_doctor.aws import AWS
from secret_doctor.findings import Fact, Finding, Severity, day

DEFAULT_DAYS = 90  # the default of AWS's control SecretsManager.3


def check(aws: AWS, days: int, now: datetime) -> Iterator[Fact | Finding]:
    """Each secret of the region that was last read, or created and never read, before the limit."""
    pages = aws.patient_secretsmanager.get_paginator("list_secrets").paginate()
    secrets = [secret for page in pages for secret in page["SecretList"]]
    yield Fact("Secrets in the region", str(len(secrets)))
    # AWS records only the day.
    limit = (now - timedelta(days=days)).date()
    for secret in sorted(secrets, key=lambda each: each["Name"]):
        read, made = secret.get("LastAccessedDate"), secret["CreatedDate"]
        if (read or made).astimezone(UTC).date() >= limit:
            continue
        last = f"Last read on {day(read)}" if read else f"Never read, created on {day(made)}"
        owner = secret.get("OwningService")
        yield Finding(
            id="unused",
            severity=Severity.WARNING,
            title=f"{secret['Name']} is not used",
            explanation=f"{last}, in this region"
            + (f". {owner} manages it" if owner else "")
            + ". AWS records only the day, and records reads of replicas in their regions.",
            advice=f"Remove it with {owner}, which created it."
            if owner
            else "If nobody needs it, remove it from Terraform, or run: aws secretsmanager "
            f"delete-secret --secret-id {secret['ARN']} --recovery-window-in-days 30. In these 30 "
            "days restore-secret restores it.",
        )
