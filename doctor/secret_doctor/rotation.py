"""Rotation: its schedule, its function, what that failed with, and versions left halfway."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from secret_doctor import errors
from secret_doctor.aws import Subject
from secret_doctor.findings import Fact, Finding, Severity, day, minute

CURRENT = "AWSCURRENT"
PENDING = "AWSPENDING"
# This project's function keeps a version by it until its rotation is finished.
UNFINISHED = "rotation-unfinished"
# What a line of its log has that tells of a step; one of a failure has "error" besides.
STEP_FIELDS = {"step", "secret", "token", "outcome"}
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
    function = description.get("RotationLambdaARN")
    if function and (subject.rotates or any(map(is_halfway, stages.values()))):
        yield Fact("Rotation function", function)
        configuration = configuration_of(subject, function)
        if subject.rotates:
            yield from examine_function(subject, function, configuration)
        failures = failed_step(subject, log_group(function, configuration or {}))
        yield from errors.explained("the rotation function's log", failures)


def is_halfway(labels: list[str]) -> bool:
    """Whether a rotation has made the version with these labels, and has not ended."""
    return CURRENT not in labels and bool({PENDING, UNFINISHED} & set(labels))


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
            "the reason), fix that, then: aws secretsmanager rotate-secret "
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
    cancelled = "RotationLambdaARN" in subject.description and not subject.rotates
    if not cancelled and subject.now - started < LONGEST_ROTATION:
        return Finding(
            id="rotation-in-progress",
            severity=Severity.NOTE,
            title="A rotation is under way",
            explanation=f"Version {version} is AWSPENDING since {minute(started)}.",
            advice="Ask again when it should have ended. If a step of it has failed: "
            + go_on(subject, version),
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
        "became AWSCURRENT. The database may have its password or that of AWSCURRENT. Meanwhile "
        "Secrets Manager starts no other rotation, and lets nobody change schedule or function: "
        '"A previous rotation isn\'t complete".',
        advice="Read the function's log and fix what it names. " + go_on(subject, version) + label,
    )


def go_on(subject: Subject, version: str) -> str:
    """How to repeat the rotation that has made a pending version, or to end it."""
    if not subject.rotates:
        return (
            "Rotation is off, and AWS refuses to turn it on before that one is ended: "
            f"{end(subject, version)}."
        )
    return (
        f"Secrets Manager repeats that rotation, also at {again(subject)}, which it answers with "
        '"A previous rotation isn\'t complete". To end it instead, as for a terraform apply that '
        f"is refused: {end(subject, version)}."
    )


def end(subject: Subject, version: str) -> str:
    """How to end the rotation that has made a pending version, and to start another one."""
    return (
        f"`aws secretsmanager update-secret-version-stage --secret-id {subject.arn} "
        f"--version-stage AWSPENDING --remove-from-version-id {version}`, then terraform apply, "
        f"then {again(subject)}"
    )


def again(subject: Subject) -> str:
    """The command that rotates."""
    return f"`aws secretsmanager rotate-secret --secret-id {subject.arn}`"


def failed_step(subject: Subject, group: str) -> Iterator[Finding]:
    """What this project's function says in its log of the secret's last step, if that failed.

    Its messages name cause and remedy, and hold no value. Other functions' are not passed on.
    """
    description = subject.description
    begin = description.get("LastRotatedDate") or description["CreatedDate"]
    client = subject.aws.logs
    last: Mapping[str, Any] = {}
    try:
        for page in client.get_paginator("filter_log_events").paginate(
            logGroupName=group,
            startTime=int(begin.timestamp() * 1000),
            filterPattern=f'"{subject.arn}"',
        ):
            for event in page["events"]:
                last = step_of(subject, event["message"], event["timestamp"]) or last
    except client.exceptions.ResourceNotFoundException:
        return  # it was never called, or its log is gone
    if not last.get("error"):
        return
    labels = description.get("VersionIdsToStages", {}).get(last["token"], [])
    yield Finding(
        id="rotation-step-failed",
        severity=Severity.ERROR,
        title=f"The rotation function fails in {last['step']}",
        explanation=f"At {minute(last['time'])} its log says: {last['error']}",
        advice="Do what the message says. "
        + (go_on(subject, last["token"]) if PENDING in labels else f"Then {again(subject)}."),
    )


def log_group(function: str, configuration: Mapping[str, Any]) -> str:
    """Name of the log group of a function, also of one that is gone."""
    settings: Mapping[str, str] = configuration.get("LoggingConfig", {})
    return settings.get("LogGroup") or f"/aws/lambda/{function.split(':')[6]}"


def step_of(subject: Subject, message: str, timestamp: int) -> Mapping[str, Any] | None:
    """What a line of the log says of a step for this secret, None if it is about something else."""
    try:
        line = json.loads(message)
    except ValueError:
        return None
    if not isinstance(line, dict) or STEP_FIELDS - line.keys() or line["secret"] != subject.arn:
        return None
    return {**line, "time": datetime.fromtimestamp(timestamp / 1000, UTC)}


def configuration_of(subject: Subject, function: str) -> Mapping[str, Any] | None:
    """Lambda's configuration of the function, None if there is no such function."""
    client = subject.aws.lambda_
    try:
        return client.get_function_configuration(FunctionName=function)
    except client.exceptions.ResourceNotFoundException:
        return None


def examine_function(
    subject: Subject, arn: str, function: Mapping[str, Any] | None
) -> Iterator[Finding]:
    """Whether the function is there, is ready, and may be called by Secrets Manager."""
    if function is None:
        yield Finding(
            id="rotation-function-gone",
            severity=Severity.ERROR,
            title="Rotation function is gone",
            explanation=f"{arn} does not exist, so every rotation fails.",
            advice="terraform apply makes it anew where the input rotation has package or "
            "aws_template; otherwise name one that exists, or cancel-rotate-secret."
            + "".join(
                f" First end the rotation that isn't complete: {end(subject, version)}."
                for version, labels in subject.description["VersionIdsToStages"].items()
                if PENDING in labels and CURRENT not in labels
            ),
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
            advice="Fix what Lambda names (subnets, security group, image or key of the "
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
