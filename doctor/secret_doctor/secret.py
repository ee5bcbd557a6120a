"""The secret itself: the caller, a scheduled deletion, its tags and replicas."""

from collections.abc import Iterator

from secret_doctor.aws import Subject
from secret_doctor.findings import Fact, Finding, Severity, day


def caller(subject: Subject) -> Iterator[Fact]:
    """The caller's identity."""
    yield Fact("Caller", subject.aws.sts.get_caller_identity()["Arn"])


def check(subject: Subject) -> Iterator[Fact | Finding]:
    """What DescribeSecret returns."""
    description = subject.description
    yield Fact("ARN", subject.arn)
    yield Fact("Description", description.get("Description", ""))
    tags = {tag["Key"]: tag["Value"] for tag in description.get("Tags", [])}
    yield Fact("Tags", "\n".join(f"{key} = {value}" for key, value in sorted(tags.items())))
    accessed = description.get("LastAccessedDate")
    yield Fact("Last read", day(accessed) if accessed else "never, as far as AWS knows")
    if description.get("DeletedDate"):
        yield scheduled_for_deletion(subject)


def scheduled_for_deletion(subject: Subject) -> Finding:
    """Nobody can read it, but it can be restored."""
    return Finding(
        id="scheduled-for-deletion",
        severity=Severity.ERROR,
        title="Scheduled for deletion",
        explanation="The secret exists, but nobody can read it until you restore it. AWS deletes "
        "it permanently when its recovery window ends. Until then no other secret can have its "
        "name.",
        advice=f"aws secretsmanager restore-secret --secret-id {subject.arn} "
        "(Terraform's state lost it: import it again, as docs/recipes.md describes under Restore).",
    )


def replicas(subject: Subject) -> Iterator[Fact | Finding]:
    """Whether the replicas in other regions are in sync."""
    statuses = subject.description.get("ReplicationStatus", [])
    primary = subject.description.get("PrimaryRegion", subject.aws.region)
    if primary != subject.aws.region:
        yield Fact("Replica of", primary)
    if statuses:
        yield Fact(
            "Replicas", "\n".join(f"{each['Region']}: {each['Status']}" for each in statuses)
        )
    for status in statuses:
        region, reason = status["Region"], status.get("StatusMessage", "no reason given")
        if status["Status"] == "Failed":
            yield Finding(
                id="replica-failed",
                severity=Severity.ERROR,
                title=f"Replica in {region} is not in sync",
                explanation=f"Replication failed: {reason}. "
                f"Readers in {region} get an old value or none.",
                advice="Check that the key that the input replicas names for that region exists "
                "and is enabled, and that no other secret has the name there. Then: aws "
                f"secretsmanager replicate-secret-to-regions --secret-id {subject.arn} "
                f"--add-replica-regions Region={region},KmsKeyId=KEY.",
            )
        elif status["Status"] == "InProgress":
            yield Finding(
                id="replica-in-progress",
                severity=Severity.NOTE,
                title=f"Replica in {region} is in progress",
                explanation="Until replication ends, the replica has the previous value.",
                advice="Run the doctor again in a minute.",
            )
