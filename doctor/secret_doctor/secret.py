"""The secret itself: who asks, whether it is going to be deleted, its tags and replicas."""

from collections.abc import Iterator

from secret_doctor.aws import Subject
from secret_doctor.findings import Fact, Finding, Severity, day


def caller(subject: Subject) -> Iterator[Fact]:
    """As whom AWS is asked."""
    yield Fact("Caller", subject.aws.sts.get_caller_identity()["Arn"])


def check(subject: Subject) -> Iterator[Fact | Finding]:
    """What DescribeSecret says."""
    description = subject.description
    yield Fact("ARN", subject.arn)
    yield Fact("Description", description.get("Description", ""))
    tags = {tag["Key"]: tag["Value"] for tag in description.get("Tags", [])}
    yield Fact("Tags", "\n".join(f"{key} = {value}" for key, value in sorted(tags.items())))
    accessed = description.get("LastAccessedDate")
    yield Fact("Last read", day(accessed) if accessed else "never, as far as is known")
    if description.get("DeletedDate"):
        yield scheduled_for_deletion(subject)


def scheduled_for_deletion(subject: Subject) -> Finding:
    """Nobody can read it, but it can be restored."""
    return Finding(
        id="scheduled-for-deletion",
        severity=Severity.ERROR,
        title="Scheduled for deletion",
        explanation="The secret is there, but nobody can read it until it is restored. It is gone "
        "for good when its recovery window ends; until then its name is taken.",
        advice=f"aws secretsmanager restore-secret --secret-id {subject.arn} "
        "(Terraform's state lost it: import it again, as docs/recipes.md says under Restore).",
    )


def replicas(subject: Subject) -> Iterator[Fact | Finding]:
    """Whether the copies in other regions are in sync."""
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
                f"Who reads in {region} gets an old value or none.",
                advice="See whether the key that the input replicas names for that region is "
                "there and enabled, and whether another secret has the name there. Then: aws "
                f"secretsmanager replicate-secret-to-regions --secret-id {subject.arn} "
                f"--add-replica-regions Region={region},KmsKeyId=KEY.",
            )
        elif status["Status"] == "InProgress":
            yield Finding(
                id="replica-in-progress",
                severity=Severity.NOTE,
                title=f"Replica in {region} is being brought up to date",
                explanation="Until that ends it has the value before.",
                advice="Ask again in a minute.",
            )
