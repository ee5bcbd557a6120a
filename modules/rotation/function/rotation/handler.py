"""The function's handler, which Secrets Manager invokes once for each step of a rotation.

The contract: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
Environment: STRATEGY is `single_user` or `alternating_users`. secret.py reads the password rules,
and tls.py reads the certificates.
"""

import json
import os
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from botocore import exceptions

from rotation.errors import ConnectionLostError, RotationError
from rotation.secret import CURRENT, PENDING, UNFINISHED, Secret
from rotation.steps import STEPS

# A database can be paused or restart. The reserve is for a last try with a hanging connection.
PAUSE_SECONDS = 1
RESERVE_SECONDS = 10


class Context(Protocol):
    """The part of Lambda's context object that the function uses."""

    def get_remaining_time_in_millis(self) -> int:
        """Time until the function's timeout."""


def handle(event: Mapping[str, Any], context: Context) -> None:
    """Run a step of a rotation and log its outcome in a line of JSON. Raises RotationError.

    A step can run again, also after it fails or stops at any point.
    """
    start = time.monotonic()
    failure = None
    try:
        outcome = run(event, context)
    except RotationError as error:
        failure = str(error)
    except Exception as error:
        failure = explain(error)
    line = {
        "level": "ERROR" if failure else "INFO",
        "step": event.get("Step"),
        "secret": event.get("SecretId"),
        "token": event.get("ClientRequestToken"),
        "outcome": "failed" if failure else outcome,
        "seconds": round(time.monotonic() - start, 3),
    }
    print(json.dumps(line | ({"error": failure} if failure else {})), flush=True)
    if failure:
        # An error raised here has no context: a driver's error there could quote a value.
        raise RotationError(failure)


def run(event: Mapping[str, Any], context: Context) -> str:
    """Check what the contract requires, then run the step. Returns its outcome in words."""
    steps = STEPS.get(os.environ.get("STRATEGY", ""))
    if not steps:
        raise RotationError(f"STRATEGY is none of {', '.join(STEPS)}: set it in the environment.")
    for name in ("Step", "SecretId", "ClientRequestToken"):
        if not event.get(name):
            raise RotationError(
                f"The event has no {name}: let Secrets Manager invoke this function."
            )
    secret = Secret(event["SecretId"], event["ClientRequestToken"], event.get("RotationToken"))
    labels = secret.labels.get(secret.version_id, [])
    if CURRENT in labels:
        if UNFINISHED in labels:
            secret.mark_finished()
        return "already current"
    if PENDING not in labels:
        raise RotationError(
            f"Version {secret.version_id} of {secret.arn} is not {PENDING}: its rotation was "
            "abandoned. Start another rotation."
        )
    step = steps.get(event["Step"])
    if not step:
        raise RotationError(
            f"The event's Step is none of {', '.join(steps)}: let Secrets Manager invoke this "
            "function."
        )
    while True:
        try:
            return step(secret)
        except ConnectionLostError:
            if context.get_remaining_time_in_millis() < 1000 * RESERVE_SECONDS:
                raise
            time.sleep(PAUSE_SECONDS)


def explain(error: Exception) -> str:
    """Text of an unexpected error, without its message, because that can quote a value."""
    if isinstance(error, exceptions.ClientError):
        code = error.response["Error"]["Code"]
        failed = f"{error.operation_name} fails with {code}"
        if "AccessDenied" in code:
            return f"{failed}: let the function's role, the secret's policy and its key's allow it."
        return (
            f"{failed}: check the state of the secret and its key, and the function's environment."
        )
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return (
            f"The function cannot reach Secrets Manager ({type(error).__name__}): give its "
            "subnets a VPC endpoint for Secrets Manager or a NAT gateway."
        )
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    place = f"{Path(frame.f_code.co_filename).name}:{line}"
    return f"{type(error).__name__} at {place}: this is a fault of the function. Report it."
