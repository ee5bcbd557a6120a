"""Rotations of secrets, as Secrets Manager tells of them through EventBridge."""

import json
import time
import uuid
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

TIME_LIMIT_SECONDS = 60


class RotationEvent(NamedTuple):
    """`name` is such as RotationFailed; `error` is empty unless it failed."""

    name: str
    version_id: str
    error: str


class Rotations:
    """What has become of rotations since this was made.

    Events of each secret are handed out once, in the order in which they came.
    """

    def __init__(self, events: "EventBridgeClient", sqs: "SQSClient") -> None:
        self._sqs = sqs
        self._seen: dict[str, list[RotationEvent]] = defaultdict(list)
        name = f"rotations-{uuid.uuid4().hex}"
        self._queue = sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        pattern = {
            "source": ["aws.secretsmanager"],
            "detail-type": ["AWS Service Event via CloudTrail"],
        }
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        queue_arn = attributes["Attributes"]["QueueArn"]
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue_arn}])

    def wait_for_end(self, secret_arn: str) -> RotationEvent:
        """The next event of a secret that tells how a rotation has ended, or a test of one.

        TimeoutError after a minute.
        """
        deadline = time.monotonic() + TIME_LIMIT_SECONDS
        while time.monotonic() < deadline:
            while self._seen[secret_arn]:
                event = self._seen[secret_arn].pop(0)
                if not event.name.endswith("Started"):
                    return event
            self._receive()
        raise TimeoutError(f"No rotation of {secret_arn} has ended: see its function's log")

    def _receive(self) -> None:
        received = self._sqs.receive_message(
            QueueUrl=self._queue, WaitTimeSeconds=1, MaxNumberOfMessages=10
        )
        for message in received.get("Messages", []):
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
            detail = json.loads(message["Body"])["detail"]
            arn = detail["additionalEventData"]["SecretId"]
            version_id = detail["requestID"].removeprefix(f"Rotation-{arn}-")
            event = RotationEvent(detail["eventName"], version_id, detail.get("errorMessage", ""))
            self._seen[arn].append(event)
