"""Rotation of secrets in LocalStack, as AWS documents it.

LocalStack rotates within the call, fails with RotateImmediately=false, forgets schedules, rotates
again for a token that it has had, and hands the secret's name to the function.
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
"""

import importlib
import json
import logging
import math
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from localstack.aws.connect import connect_to
from localstack.utils.patch import patch
from moto.core.exceptions import JsonRESTError
from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    OperationNotPermittedOnReplica,
    ResourceExistsException,
    SecretNotFoundException,
)
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from harness.rotation_schedule import ScheduleError, next_window

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
PRINCIPAL = "secretsmanager.amazonaws.com"
DAY = timedelta(days=1)
LOG = logging.getLogger(__name__)

# Held while a rotation begins and while it ends.
_lock = threading.Lock()
_rotating: set[str] = set()


def rotate_as_documented() -> None:
    """Replace LocalStack's rotation, and what DescribeSecret and PutSecretValue make of it."""
    # It repairs moto's in its turn as soon as it is loaded; these here are to come on top.
    importlib.import_module("localstack.services.secretsmanager.provider")
    patch(SecretsManagerBackend.rotate_secret)(rotate_secret)
    patch(SecretsManagerBackend._check_with_existing_secrets_and_versions)(keep_pending_value)
    patch(FakeSecret.reset_default_version)(abandon_rotation)
    patch(FakeSecret.to_dict)(describe_rotation)


def rotate_secret(
    _original: Callable[..., str],
    backend: SecretsManagerBackend,
    secret_id: str,
    client_request_token: str,
    rotation_lambda_arn: str | None = None,
    rotation_rules: dict[str, Any] | None = None,
    rotate_immediately: bool = True,
) -> str:
    """Begin a rotation, or a test of the function if it is not to rotate immediately.

    Both go on in the background. A rotation that has failed is repeated, at AWS by itself and here
    by the next call, which is refused as at AWS: its version still has the label AWSPENDING.
    """
    if secret_id not in backend.secrets:
        raise SecretNotFoundException
    secret = backend.secrets[secret_id]
    if not isinstance(secret, FakeSecret):
        raise OperationNotPermittedOnReplica
    if secret.is_deleted():
        raise InvalidRequestException(
            "You can't perform this operation on the secret because it was marked for deletion."
        )
    function_arn = rotation_lambda_arn or secret.rotation_lambda_arn
    if not function_arn:
        raise InvalidRequestException(
            "No Lambda rotation function ARN is associated with this secret."
        )
    rules = rotation_rules or _rules_of(secret)
    try:
        window = next_window(rules, datetime.now(UTC))
    except ScheduleError as error:
        raise InvalidParameterException(str(error)) from None
    if not _may_invoke(function_arn, secret):
        raise JsonRESTError(
            "AccessDeniedException",
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function "
            f"policy grants access to the principal {PRINCIPAL}.",
        )
    with _lock:
        token = backend._from_client_request_token(client_request_token)
        pending = _pending_version(secret)
        if pending:
            _begin(secret, pending, STEPS)
            if pending != token:
                raise InvalidRequestException(
                    "A previous rotation isn't complete. That rotation will be reattempted."
                )
        elif token not in secret.versions:
            secret.rotation_lambda_arn = function_arn
            secret.rotation_rules = rules
            secret.rotation_enabled = True
            secret.next_rotation_date = window.end.timestamp()
            _add_pending_version(secret, token, with_value=not rotate_immediately)
            _begin(secret, token, STEPS if rotate_immediately else ("testSecret",))
    response: str = secret.to_short_dict(version_id=token)
    return response


def keep_pending_value(
    original: Callable[..., str | None],
    backend: SecretsManagerBackend,
    name: str,
    token: str | None,
    string: str | None,
    binary: str | None,
) -> str | None:
    """Let a version with AWSPENDING change no more than others, once it has a value.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
    """
    secret = backend.secrets.get(name)
    version = secret.versions.get(token, {}) if secret else {}
    values = (version.get("secret_string"), version.get("secret_binary"))
    if values == (None, None):
        return original(backend, name, token, string, binary)
    if values != (string, binary):
        raise ResourceExistsException(
            f"You can't use ClientRequestToken {token} because that value is already in use for a "
            f"version of secret {secret.arn}."
        )
    unchanged: str = secret.to_short_dict(version_id=token)
    return unchanged


def abandon_rotation(
    original: Callable[..., None], secret: FakeSecret, new: dict[str, Any], new_id: str
) -> None:
    """Take AWSPENDING from a rotation that is overtaken by a new value.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
    """
    pending = _pending_version(secret)
    original(secret, new, new_id)
    if pending and pending != new_id:
        secret.versions[pending]["version_stages"].remove("AWSPENDING")
        _announce(secret, pending, "RotationAbandoned")


def describe_rotation(
    original: Callable[..., dict[str, Any]], secret: FakeSecret
) -> dict[str, Any]:
    """Describe the rotation as it was asked for, and how it stands.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
    """
    described = original(secret)
    if rules := _rules_of(secret):
        first = next_window(rules, datetime.now(UTC))
        between = next_window(rules, first.start).start - first.start
        described |= {
            "RotationEnabled": secret.rotation_enabled,
            "RotationLambdaARN": secret.rotation_lambda_arn,
            "RotationRules": {"AutomaticallyAfterDays": math.ceil(between / DAY), **rules},
        }
        if secret.last_rotation_date:
            described["LastRotatedDate"] = secret.last_rotation_date
        if not secret.rotation_enabled:
            for name in ("LastRotatedDate", "NextRotationDate"):
                described.pop(name, None)
    return described


def _rules_of(secret: FakeSecret) -> dict[str, Any]:
    rules: dict[str, Any] = vars(secret).get("rotation_rules", {})
    return rules


def _pending_version(secret: FakeSecret) -> str | None:
    """Version of a rotation that is not complete."""
    for version_id, version in list(secret.versions.items()):
        if "AWSPENDING" in version["version_stages"] and version_id != secret.default_version_id:
            return str(version_id)
    return None


def _add_pending_version(secret: FakeSecret, token: str, *, with_value: bool) -> None:
    """Label a new version AWSPENDING; without a value, which is for the function to put there."""
    now = int(datetime.now(UTC).timestamp())
    new = {"createdate": now, "version_id": token, "version_stages": ["AWSPENDING"]}
    current = secret.versions.get(secret.default_version_id, {})
    for version in secret.versions.values():
        if "AWSPENDING" in version["version_stages"]:
            version["version_stages"].remove("AWSPENDING")
    if with_value:
        new |= {name: value for name, value in current.items() if name.startswith("secret_")}
    secret.versions[token] = new


def _begin(secret: FakeSecret, token: str, steps: tuple[str, ...]) -> None:
    """Run the steps in a thread, unless the secret is being rotated already. Needs the lock."""
    if secret.arn not in _rotating:
        _rotating.add(secret.arn)
        threading.Thread(target=_rotate, args=(secret, token, steps), daemon=True).start()


def _rotate(secret: FakeSecret, token: str, steps: tuple[str, ...]) -> None:
    name = "Rotation" if steps == STEPS else "TestRotation"
    _announce(secret, token, f"{name}Started")
    error = None
    for step in steps:
        if not secret.rotation_enabled:
            error = "CancelRotateSecret has ended the rotation"
        if error:
            break
        error = _invoke(secret, token, step)
    with _lock:
        _rotating.remove(secret.arn)
        if steps != STEPS:
            secret.versions.pop(token, None)
        elif not error and _pending_version(secret):
            error = "The rotation function has left AWSPENDING on a version that is not AWSCURRENT"
        elif not error:
            now = datetime.now(UTC)
            secret.last_rotation_date = now.timestamp()
            secret.next_rotation_date = next_window(_rules_of(secret), now).end.timestamp()
    _announce(secret, token, f"{name}Failed" if error else f"{name}Succeeded", error)


def _invoke(secret: FakeSecret, token: str, step: str) -> str | None:
    """Have the function do a step; return what has gone wrong.

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
            FunctionName=secret.rotation_lambda_arn, Payload=json.dumps(event)
        )
        failed = "FunctionError" in response
    except Exception:
        LOG.exception("Cannot invoke %s", secret.rotation_lambda_arn)
        failed = True
    arn = secret.rotation_lambda_arn
    return f"Error when executing lambda {arn} during {step} step" if failed else None


def _announce(secret: FakeSecret, token: str, name: str, error: str | None = None) -> None:
    """Send an event to EventBridge.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
    """
    LOG.info("%s of %s: %s", name, secret.arn, error)
    detail = {
        "eventVersion": "1.08",
        "userIdentity": {"accountId": secret.account_id, "invokedBy": PRINCIPAL},
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
        "recipientAccountId": secret.account_id,
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
        # Or the secret would count as being rotated for ever.
        LOG.exception("Cannot send %s", name)


def _may_invoke(function_arn: str, secret: FakeSecret) -> bool:
    """Whether the function exists and its policy lets Secrets Manager invoke it for this secret.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html
    """
    client = _client(secret, "lambda_")
    try:
        policy = json.loads(client.get_policy(FunctionName=function_arn)["Policy"])
    except client.exceptions.ClientError:
        return False
    context = {"aws:sourceaccount": secret.account_id, "aws:sourcearn": secret.arn}
    return any(
        statement["Effect"] == "Allow"
        and statement["Principal"] in ("*", {"Service": PRINCIPAL})
        and statement["Action"] in ("lambda:InvokeFunction", "lambda:*")
        and _fits(statement.get("Condition", {}), context)
        for statement in policy["Statement"]
    )


def _fits(conditions: Mapping[str, Mapping[str, str]], context: Mapping[str, str]) -> bool:
    """Whether conditions of a function's policy, which equal or are like one value, are met."""
    return all(
        fnmatchcase(context.get(key.lower(), ""), value)
        for tests in conditions.values()
        for key, value in tests.items()
    )


def _client(secret: FakeSecret, service: str) -> Any:  # noqa: ANN401
    clients = connect_to(region_name=secret.region, aws_access_key_id=secret.account_id)
    return getattr(clients, service)
