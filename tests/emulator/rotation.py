"""Rotation of secrets in LocalStack, as AWS documents it.

LocalStack itself rotates within the call, fails with RotateImmediately=false and forgets schedules.
It rotates again for a token that was used before, and passes the secret's name to the function.
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
"""

import json
import logging
import math
import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.api.secretsmanager import InvalidParameterException, InvalidRequestException
from localstack.aws.connect import connect_to

from asm.schedule import ScheduleError
from emulator.rotation_schedule import next_window
from emulator.secret import Secret, Version, change, lock

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
PRINCIPAL = "secretsmanager.amazonaws.com"
DAY = timedelta(days=1)
LOG = logging.getLogger(__name__)

_rotating: set[str] = set()


def rotate(secret: Secret, token: str, request: Mapping[str, Any]) -> str:
    """Start a rotation, or a test of the function if RotateImmediately is false.

    Both run in the background. AWS repeats a failed rotation by itself. Here the next call repeats
    it. As in AWS, that call fails, because the version still has the label AWSPENDING.
    The caller must hold the lock. Returns the token.
    """
    function_arn = request.get("RotationLambdaARN") or secret.rotation.function_arn
    if not function_arn:
        raise InvalidRequestException(
            "No Lambda rotation function ARN is associated with this secret."
        )
    rules = dict(request.get("RotationRules") or _given_rules(secret))
    try:
        window = next_window(rules, datetime.now(UTC))
    except ScheduleError as error:
        raise InvalidParameterException(str(error)) from None
    if not _may_invoke(function_arn, secret):
        raise CommonServiceException(
            "AccessDeniedException",
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function "
            f"policy grants access to the principal {PRINCIPAL}.",
            sender_fault=True,
        )
    if pending := secret.pending:
        _begin(secret, pending.version_id, STEPS)
        if pending.version_id != token:
            raise InvalidRequestException(
                "A previous rotation isn't complete. That rotation will be reattempted."
            )
    elif token not in secret.versions:
        immediately = request.get("RotateImmediately", True)
        secret.rotation.function_arn = function_arn
        secret.rotation.rules = described_rules(rules)
        secret.rotation.enabled = True
        secret.rotation.next = window.end
        _add_pending_version(secret, token, with_value=not immediately)
        _begin(secret, token, STEPS if immediately else ("testSecret",))
    return token


def abandon(secret: Secret, current_id: str) -> None:
    """Remove AWSPENDING from the version of a rotation when another version becomes current.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
    """
    pending = secret.pending
    if pending and pending.version_id != current_id:
        pending.labels.remove("AWSPENDING")
        # In a thread, because the event's receiver can make a call that waits for the lock.
        arguments = (secret, pending.version_id, "RotationAbandoned")
        threading.Thread(target=_announce, args=arguments, daemon=True).start()


def described_rules(rules: dict[str, Any]) -> dict[str, Any]:
    """Rules as DescribeSecret returns them: the given ones, and the days between rotations.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
    """
    first = next_window(rules, datetime.now(UTC))
    between = next_window(rules, first.start).start - first.start
    return {"AutomaticallyAfterDays": math.ceil(between / DAY), **rules}


def _given_rules(secret: Secret) -> dict[str, Any]:
    rules = dict(secret.rotation.rules)
    if "ScheduleExpression" in rules:
        del rules["AutomaticallyAfterDays"]
    return rules


def _add_pending_version(secret: Secret, token: str, *, with_value: bool) -> None:
    """Add a version with the label AWSPENDING; if it has no value, the function puts one there."""
    version = Version(token)
    current = secret.labelled("AWSCURRENT")
    if with_value and current:
        (version.text, version.binary), version.keys = current.value, list(current.keys)
    secret.versions[token] = version
    secret.attach(version, ["AWSPENDING"])


def _begin(secret: Secret, token: str, steps: tuple[str, ...]) -> None:
    """Run the steps in a thread, unless a rotation runs already. The caller must hold the lock."""
    if secret.arn not in _rotating:
        _rotating.add(secret.arn)
        threading.Thread(target=_rotate, args=(secret, token, steps), daemon=True).start()


def _rotate(secret: Secret, token: str, steps: tuple[str, ...]) -> None:
    name = "Rotation" if steps == STEPS else "TestRotation"
    _announce(secret, token, f"{name}Started")
    error = None
    for step in steps:
        if not secret.rotation.enabled:
            error = "CancelRotateSecret has ended the rotation"
        if error:
            break
        error = _invoke(secret, token, step)
    with lock:
        _rotating.remove(secret.arn)
        if steps != STEPS:
            secret.versions.pop(token, None)
        elif not error and secret.pending:
            error = "The rotation function has left AWSPENDING on a version that is not AWSCURRENT"
        elif not error:
            secret.rotation.last = datetime.now(UTC)
            secret.rotation.next = next_window(_given_rules(secret), secret.rotation.last).end
        change(secret)
    _announce(secret, token, f"{name}Failed" if error else f"{name}Succeeded", error)


def _invoke(secret: Secret, token: str, step: str) -> str | None:
    """Invoke the function for a step; return the error if it fails.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
    """
    event = {
        "Step": step,
        "SecretId": secret.arn,
        "ClientRequestToken": token,
        "RotationToken": str(uuid.uuid4()),
    }
    try:
        response = _client(secret, "lambda_").invoke(
            FunctionName=secret.rotation.function_arn, Payload=json.dumps(event)
        )
        failed = "FunctionError" in response
    except Exception:
        LOG.exception("Cannot invoke %s", secret.rotation.function_arn)
        failed = True
    arn = secret.rotation.function_arn
    return f"Error when executing lambda {arn} during {step} step" if failed else None


def _announce(secret: Secret, token: str, name: str, error: str | None = None) -> None:
    """Send an event to EventBridge.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
    """
    LOG.info("%s of %s: %s", name, secret.arn, error)
    detail = {
        "eventVersion": "1.08",
        "userIdentity": {"accountId": secret.account, "invokedBy": PRINCIPAL},
        "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": PRINCIPAL,
        "eventName": name,
        "awsRegion": secret.region,
        "sourceIPAddress": PRINCIPAL,
        "userAgent": PRINCIPAL,
        "requestParameters": None,
        "responseElements": None,
        "additionalEventData": {"SecretId": secret.arn},
        "requestID": f"Rotation-{secret.arn}-{token}",
        "eventID": str(uuid.uuid4()),
        "eventType": "AwsServiceEvent",
        "recipientAccountId": secret.account,
        **({"errorMessage": error} if error else {}),
    }
    entry = {
        "Source": "aws.secretsmanager",
        "DetailType": "AWS Service Event via CloudTrail",
        "Detail": json.dumps(detail),
    }
    try:
        _client(secret, "events").put_events(Entries=[entry])
    except Exception:
        # Otherwise, the secret would count as rotating forever.
        LOG.exception("Cannot send %s", name)


def _may_invoke(function_arn: str, secret: Secret) -> bool:
    """Whether the function exists and its policy lets Secrets Manager invoke it for this secret.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html
    """
    client = _client(secret, "lambda_")
    try:
        policy = json.loads(client.get_policy(FunctionName=function_arn)["Policy"])
    except client.exceptions.ClientError:
        return False
    context = {"aws:sourceaccount": secret.account, "aws:sourcearn": secret.arn}
    return any(
        statement["Effect"] == "Allow"
        and statement["Principal"] in ("*", {"Service": PRINCIPAL})
        and statement["Action"] in ("lambda:InvokeFunction", "lambda:*")
        and _fits(statement.get("Condition", {}), context)
        for statement in policy["Statement"]
    )


def _fits(conditions: Mapping[str, Mapping[str, str]], context: Mapping[str, str]) -> bool:
    """Whether the context meets conditions that each compare a key with one value or pattern."""
    return all(
        fnmatchcase(context.get(key.lower(), ""), value)
        for tests in conditions.values()
        for key, value in tests.items()
    )


def _client(secret: Secret, service: str) -> Any:  # noqa: ANN401
    clients = connect_to(region_name=secret.region, aws_access_key_id=secret.account)
    return getattr(clients, service)
