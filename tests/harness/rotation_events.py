"""Rotations of secrets, as Secrets Manager reports them through EventBridge."""

import json
import time
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import boto3

from harness.queues import Queue
from harness.waits import LIMIT_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import TargetTypeDef


class RotationEvent(NamedTuple):
    """An event; `name` is, for example, RotationFailed. `error` is empty unless it failed."""

    name: str
    version_id: str
    error: str


class Rotations:
    """The events of all rotations since the creation of this object.

    It returns each event of a secret once, in the order of arrival.
    """

    def __init__(self) -> None:
        self._seen: dict[str, list[RotationEvent]] = defaultdict(list)
        self._queue = Queue("rotations")
        events = boto3.client("events")
        pattern = {
            "source": ["aws.secretsmanager"],
            "detail-type": ["AWS Service Event via CloudTrail"],
        }
        events.put_rule(Name=self._queue.name, EventPattern=json.dumps(pattern))
        target: TargetTypeDef = {"Id": "queue", "Arn": self._queue.arn}
        events.put_targets(Rule=self._queue.name, Targets=[target])

    def wait_for_end(self, secret_arn: str) -> RotationEvent:
        """The next event that reports the end of a secret's rotation, or of a rotation test.

        TimeoutError if none arrives.
        """
        deadline = time.monotonic() + LIMIT_SECONDS
        while time.monotonic() < deadline:
            while self._seen[secret_arn]:
                event = self._seen[secret_arn].pop(0)
                if not event.name.endswith("Started"):
                    return event
            self._receive()
        raise TimeoutError(f"No rotation of {secret_arn} has ended: see its function's log")

    def _receive(self) -> None:
        if message := self._queue.receive():
            detail = message["detail"]
            arn = detail["additionalEventData"]["SecretId"]
            version_id = detail["requestID"].removeprefix(f"Rotation-{arn}-")
            event = RotationEvent(detail["eventName"], version_id, detail.get("errorMessage", ""))
            self._seen[arn].append(event)
