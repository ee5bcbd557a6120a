"""Rotation: its schedule, its function, and versions that it has left halfway."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from secret_doctor.aws import Subject
from secret_doctor.findings import Fact, Finding, Severity, day, minute

CURRENT = "AWSCURRENT"
PENDING = "AWSPENDING"
# This project's function keeps a version by it until its rotation is finished.
UNFINISHED = "rotation-unfinished"
# The four steps, each of which may take Lambda's longest time-out.
LONGEST_ROTATION = timedelta(hours=1)


def check(subject: Subject) -> Iterator[Fact | Finding]:
    """Whether the secret rotates when it should."""
    description = subject.description
    stages: Mapping[str, list[str]] = description.get("VersionIdsToStages", {})
    yield Fact("Secret rotation", schedule(description) if subject.rotates else "off")
    lines = (f"{version} = {', '.join(labels)}" for version, labels in sorted(stages.items()))
    yield Fact("Version stages", "\n".join(lines))
    yield from unfinished(subject, stages)
    if subject.rotates:
        yield from overdue(subject)
        if function := description.get("RotationLambdaARN"):
            yield Fact("Rotation function", function)
            yield from examine_function(subject, function)


def schedule(description: Mapping[str, Any]) -> str:
    """When it rotates, for a reader."""
    rules = description.get("RotationRules", {})
    days = rules.get("AutomaticallyAfterDays")
    when = rules.get("ScheduleExpression") or (f"every {days} days" if days else "")
    last, following = description.get("LastRotatedDate"), description.get("NextRotationDate")
    parts = [
        f"on, {when}" if when else "on",
        f"last {day(last)}" if last else "never yet",
        f"next by {day(following)}" if following else "",
    ]
    return "; ".join(filter(None, parts))


def due(description: Mapping[str, Any]) -> datetime | None:
    """When it should have rotated at the latest, if that is known.

    NextRotationDate stays in the past when rotations fail:
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
    """
    following: datetime | None = description.get("NextRotationDate")
    if following:
        return following
    days = description.get("RotationRules", {}).get("AutomaticallyAfterDays")
    last = description.get("LastRotatedDate") or description.get("CreatedDate")
    # A window begins on that day and may last until the next.
    return last + timedelta(days=days + 1) if days and last else None


def overdue(subject: Subject) -> Iterator[Finding]:
    """Whether the last rotations have failed."""
    limit = due(subject.description)
    if limit and limit < subject.now:
        yield Finding(
            id="rotation-overdue",
            severity=Severity.ERROR,
            title="Rotation is overdue",
            explanation=f"It should have rotated by {minute(limit)}. Secrets Manager "
            "has tried and failed, or could not call the function.",
            advice="Read the function's log (this project's has a line of JSON for each step, with "
            "the reason), mend that, then: aws secretsmanager rotate-secret "
            f"--secret-id {subject.arn}",
        )


def unfinished(subject: Subject, stages: Mapping[str, list[str]]) -> Iterator[Finding]:
    """Whether a rotation has stopped halfway."""
    for version, labels in stages.items():
        if PENDING in labels and CURRENT not in labels:
            yield pending(subject, version, UNFINISHED in labels)
        elif UNFINISHED in labels and CURRENT not in labels:
            yield Finding(
                id="rotation-unfinished",
                severity=Severity.WARNING,
                title="A rotation was given up halfway",
                explanation=f"Version {version} has the label {UNFINISHED}: its password may "
                "already be the database's, and then AWSCURRENT does not log in.",
                advice="Leave the label. Rotate again: this project's function tries that password "
                f"and takes it over. aws secretsmanager rotate-secret --secret-id {subject.arn}",
            )


def pending(subject: Subject, version: str, keeps: bool) -> Finding:
    """A new version that is not in use: being made now, or stuck."""
    # Versions without a label are not listed, and a secret has 20 labels at most.
    versions = subject.aws.secretsmanager.list_secret_version_ids(
        SecretId=subject.arn, MaxResults=100
    )["Versions"]
    dates = {each["VersionId"]: each["CreatedDate"] for each in versions}
    started = dates.get(version, subject.now)  # it may have ended meanwhile
    if subject.now - started < LONGEST_ROTATION:
        return Finding(
            id="rotation-in-progress",
            severity=Severity.NOTE,
            title="A rotation is under way",
            explanation=f"Version {version} is AWSPENDING since {minute(started)}.",
            advice="Ask again when it should have ended.",
        )
    label = (
        f" The label {UNFINISHED} keeps that version from being purged: leave it."
        if keeps
        else " A version that loses its last label can be purged, and its password with it."
    )
    return Finding(
        id="rotation-pending",
        severity=Severity.ERROR,
        title="A rotation is stuck",
        explanation=f"Version {version} is AWSPENDING since {minute(started)} and never "
        "became AWSCURRENT. The database may have its password or that of AWSCURRENT, and "
        "Secrets Manager starts no other rotation meanwhile.",
        advice="Read the function's log and mend what it names; Secrets Manager tries again, or "
        f"`aws secretsmanager rotate-secret --secret-id {subject.arn}`. If that is refused: aws "
        f"secretsmanager update-secret-version-stage --secret-id {subject.arn} --version-stage "
        f"AWSPENDING --remove-from-version-id {version}, then rotate.{label}",
    )


def examine_function(subject: Subject, arn: str) -> Iterator[Finding]:
    """Whether the function is there, is ready, and may be called by Secrets Manager."""
    client = subject.aws.lambda_
    try:
        function = client.get_function_configuration(FunctionName=arn)
    except client.exceptions.ResourceNotFoundException:
        yield Finding(
            id="rotation-function-gone",
            severity=Severity.ERROR,
            title="Rotation function is gone",
            explanation=f"{arn} does not exist, so every rotation fails.",
            advice="terraform apply makes it anew where the input rotation has package or "
            "aws_template; otherwise name one that exists, or cancel-rotate-secret.",
        )
        return
    states = {function.get("State", "Active"), function.get("LastUpdateStatus", "Successful")}
    if broken := states & {"Failed", "Inactive"}:
        reason = (
            function.get("StateReason") or function.get("LastUpdateStatusReason") or "no reason"
        )
        yield Finding(
            id="rotation-function-not-ready",
            severity=Severity.WARNING,
            title="Rotation function is not ready",
            explanation=f"Lambda says {', '.join(sorted(broken))}: {reason}.",
            advice="Mend what Lambda names (subnets, security group, image or key of the "
            "function); an inactive function wakes up when it is called, and may miss the first "
            "call.",
        )
    if not may_call(subject, arn):
        yield Finding(
            id="rotation-function-not-permitted",
            severity=Severity.ERROR,
            title="Secrets Manager may not call the rotation function",
            explanation="The function's policy has no statement for secretsmanager.amazonaws.com.",
            advice="terraform apply, if this module made the function. Otherwise: aws lambda "
            f"add-permission --function-name {arn} --statement-id secretsmanager "
            "--action lambda:InvokeFunction --principal secretsmanager.amazonaws.com "
            "--source-account ACCOUNT",
        )


def may_call(subject: Subject, arn: str) -> bool:
    """Whether the function's policy names Secrets Manager; conditions are taken to be met."""
    client = subject.aws.lambda_
    try:
        document = client.get_policy(FunctionName=arn)["Policy"]
    except client.exceptions.ResourceNotFoundException:
        return False
    return any(
        "secretsmanager.amazonaws.com" in str(statement.get("Principal"))
        for statement in json.loads(document)["Statement"]
        if statement["Effect"] == "Allow"
    )
