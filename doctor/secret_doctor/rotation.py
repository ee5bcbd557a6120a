"""Rotation: its schedule, its function, failed steps, and incomplete versions."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from secret_doctor import errors
from secret_doctor.aws import Subject
from secret_doctor.findings import Fact, Finding, Severity, day, minute

CURRENT = "AWSCURRENT"
PENDING = "AWSPENDING"
# With this label, this project's function keeps a version until the rotation is finished.
UNFINISHED = "rotation-unfinished"
# Fields of a log line about a step. A line about a failure also has "error".
STEP_FIELDS = {"step", "secret", "token", "outcome"}
# Four steps, and each can take Lambda's longest time-out.
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
    """Whether a rotation created the version with these labels and is not complete."""
    return CURRENT not in labels and bool({PENDING, UNFINISHED} & set(labels))


def schedule(description: Mapping[str, Any]) -> str:
    """When it rotates, as text for people."""
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
    # A window begins on that day and can last until the next day.
    return last + timedelta(days=days + 1) if days and last else None


def overdue(subject: Subject) -> Iterator[Finding]:
    """Whether the last rotations have failed."""
    limit = due(subject.description)
    if limit and limit < subject.now:
        yield Finding(
            id="rotation-overdue",
            severity=Severity.ERROR,
            title="Rotation is overdue",
            explanation=f"The secret should have rotated by {minute(limit)}. Secrets Manager "
            "tried and failed, or could not invoke the function.",
            advice="Read the function's log. This project's function logs a line of JSON for each "
            "step, with the reason. Fix the cause, then run: aws secretsmanager rotate-secret "
            f"--secret-id {subject.arn}",
        )


def unfinished(subject: Subject, stages: Mapping[str, list[str]]) -> Iterator[Finding]:
    """Whether a rotation is incomplete."""
    for version, labels in stages.items():
        if PENDING in labels and CURRENT not in labels:
            yield pending(subject, version, UNFINISHED in labels)
        elif UNFINISHED in labels and CURRENT not in labels:
            yield Finding(
                id="rotation-unfinished",
                severity=Severity.WARNING,
                title="A rotation was abandoned",
                explanation=f"Version {version} has the label {UNFINISHED}. The database can "
                "already have its password. Then AWSCURRENT does not log in.",
                advice="Leave the label. Rotate again: this project's function tries that password "
                f"and keeps it. aws secretsmanager rotate-secret --secret-id {subject.arn}",
            )


def pending(subject: Subject, version: str, keeps: bool) -> Finding:
    """A new version that is not in use: its rotation is in progress, or stuck."""
    # AWS does not list versions without a label, and a secret has up to 20 labels.
    versions = subject.aws.secretsmanager.list_secret_version_ids(
        SecretId=subject.arn, MaxResults=100
    )["Versions"]
    dates = {each["VersionId"]: each["CreatedDate"] for each in versions}
    started = dates.get(version, subject.now)  # the rotation can be complete by now
    cancelled = "RotationLambdaARN" in subject.description and not subject.rotates
    if not cancelled and subject.now - started < LONGEST_ROTATION:
        return Finding(
            id="rotation-in-progress",
            severity=Severity.NOTE,
            title="A rotation is in progress",
            explanation=f"Version {version} is AWSPENDING since {minute(started)}.",
            advice="Run the doctor again when the rotation should be complete. If a step failed: "
            + go_on(subject, version),
        )
    label = (
        f" The label {UNFINISHED} keeps AWS from purging that version: leave it."
        if keeps
        else " If a version loses its last label, it can be purged together with its password."
    )
    return Finding(
        id="rotation-pending",
        severity=Severity.ERROR,
        title="A rotation is stuck",
        explanation=f"Version {version} is AWSPENDING since {minute(started)} and never "
        "became AWSCURRENT. The database has its password or the password of AWSCURRENT. Meanwhile "
        "Secrets Manager starts no other rotation. It refuses changes of schedule and function: "
        '"A previous rotation isn\'t complete".',
        advice="Read the function's log and fix the cause. " + go_on(subject, version) + label,
    )


def go_on(subject: Subject, version: str) -> str:
    """How to repeat the rotation of a pending version, or to cancel it."""
    if not subject.rotates:
        return (
            "Rotation is off. AWS refuses to turn it on until you cancel the old rotation: "
            f"{end(subject, version)}."
        )
    return (
        f"Secrets Manager repeats the rotation, also after {again(subject)}. It answers this "
        'command with "A previous rotation isn\'t complete". To cancel the rotation instead, for '
        f"example because AWS refuses a terraform apply: {end(subject, version)}."
    )


def end(subject: Subject, version: str) -> str:
    """How to cancel the rotation of a pending version, and to start another one."""
    return (
        f"`aws secretsmanager update-secret-version-stage --secret-id {subject.arn} "
        f"--version-stage AWSPENDING --remove-from-version-id {version}`, then terraform apply, "
        f"then {again(subject)}"
    )


def again(subject: Subject) -> str:
    """The command that rotates."""
    return f"`aws secretsmanager rotate-secret --secret-id {subject.arn}`"


def failed_step(subject: Subject, group: str) -> Iterator[Finding]:
    """What this project's function logs about the secret's last step, if the step failed.

    Its messages name cause and remedy, and contain no value. The doctor does not show other
    functions' messages.
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
        return  # it was never invoked, or its log group was deleted
    if not last.get("error"):
        return
    labels = description.get("VersionIdsToStages", {}).get(last["token"], [])
    yield Finding(
        id="rotation-step-failed",
        severity=Severity.ERROR,
        title=f"The rotation function fails in {last['step']}",
        explanation=f"Its log at {minute(last['time'])} says: {last['error']}",
        advice="Do what the message says. "
        + (go_on(subject, last["token"]) if PENDING in labels else f"Then {again(subject)}."),
    )


def log_group(function: str, configuration: Mapping[str, Any]) -> str:
    """Name of the log group of a function, also of a deleted function."""
    settings: Mapping[str, str] = configuration.get("LoggingConfig", {})
    return settings.get("LogGroup") or f"/aws/lambda/{function.split(':')[6]}"


def step_of(subject: Subject, message: str, timestamp: int) -> Mapping[str, Any] | None:
    """A log line about a step of this secret, or None if it is about something else."""
    try:
        line = json.loads(message)
    except ValueError:
        return None
    if not isinstance(line, dict) or STEP_FIELDS - line.keys() or line["secret"] != subject.arn:
        return None
    return {**line, "time": datetime.fromtimestamp(timestamp / 1000, UTC)}


def configuration_of(subject: Subject, function: str) -> Mapping[str, Any] | None:
    """Lambda's configuration of the function, or None if the function does not exist."""
    client = subject.aws.lambda_
    try:
        return client.get_function_configuration(FunctionName=function)
    except client.exceptions.ResourceNotFoundException:
        return None


def examine_function(
    subject: Subject, arn: str, function: Mapping[str, Any] | None
) -> Iterator[Finding]:
    """Whether the function exists, is ready, and allows Secrets Manager to invoke it."""
    if function is None:
        yield Finding(
            id="rotation-function-gone",
            severity=Severity.ERROR,
            title="Rotation function does not exist",
            explanation=f"{arn} does not exist, so every rotation fails.",
            advice="If the input rotation has package or aws_template, terraform apply creates it "
            "again. Otherwise name an existing function, or run cancel-rotate-secret."
            + "".join(
                f" First cancel the incomplete rotation: {end(subject, version)}."
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
            advice="Fix what Lambda names: subnets, security group, image or key of the function. "
            "Lambda activates an inactive function when it is invoked. The first invocation can "
            "fail.",
        )
    if not may_call(subject, arn):
        yield Finding(
            id="rotation-function-not-permitted",
            severity=Severity.ERROR,
            title="Secrets Manager cannot invoke the rotation function",
            explanation="The function's policy has no statement for secretsmanager.amazonaws.com.",
            advice="If this module created the function, run terraform apply. Otherwise: aws "
            f"lambda add-permission --function-name {arn} --statement-id secretsmanager "
            "--action lambda:InvokeFunction --principal secretsmanager.amazonaws.com "
            "--source-account ACCOUNT",
        )


def may_call(subject: Subject, arn: str) -> bool:
    """Whether the function's policy names Secrets Manager; this assumes matching conditions."""
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
