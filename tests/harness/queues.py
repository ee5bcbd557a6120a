"""Queues from which tests read the messages of AWS services."""

import json
import uuid
from collections import deque
from typing import Any

import boto3


class Queue:
    """An SQS queue with a unique name that begins with `purpose`."""

    def __init__(self, purpose: str) -> None:
        self.name = f"{purpose}-{uuid.uuid4().hex}"
        self._sqs = boto3.client("sqs")
        self._url = self._sqs.create_queue(QueueName=self.name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        self.arn = attributes["Attributes"]["QueueArn"]
        self._received: deque[dict[str, Any]] = deque()

    def receive(self) -> dict[str, Any] | None:
        """Remove and return the next message, which is JSON; None if none comes in a second."""
        if not self._received:
            # Many at once: the queue of a whole run also holds the messages of other tests.
            messages = self._sqs.receive_message(
                QueueUrl=self._url, WaitTimeSeconds=1, MaxNumberOfMessages=10
            ).get("Messages", [])
            for message in messages:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
                self._received.append(json.loads(message["Body"]))
        return self._received.popleft() if self._received else None

    def delete(self) -> None:
        """Delete the queue and its messages."""
        self._sqs.delete_queue(QueueUrl=self._url)
