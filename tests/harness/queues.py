"""Queues that tests read what AWS's services tell from."""

import json
import uuid
from typing import Any

import boto3


class Queue:
    """A queue of SQS under a name of its own that begins with `purpose`."""

    def __init__(self, purpose: str) -> None:
        self.name = f"{purpose}-{uuid.uuid4().hex}"
        self._sqs = boto3.client("sqs")
        self._url = self._sqs.create_queue(QueueName=self.name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        self.arn = attributes["Attributes"]["QueueArn"]

    def receive(self) -> dict[str, Any] | None:
        """Take the next message, which is JSON; None if there is none within a second."""
        received = self._sqs.receive_message(QueueUrl=self._url, WaitTimeSeconds=1)
        for message in received.get("Messages", []):
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            body: dict[str, Any] = json.loads(message["Body"])
            return body
        return None

    def delete(self) -> None:
        """Delete the queue with all that is in it."""
        self._sqs.delete_queue(QueueUrl=self._url)
