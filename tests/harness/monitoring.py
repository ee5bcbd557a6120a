"""Events about a secret, and the messages that modules/monitoring creates from them."""

import json
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import boto3

from harness.queues import Queue
from harness.waits import LIMIT_SECONDS
from tools.environments import ROOT

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

ACCOUNT = "000000000000"
HOME = "us-east-1"  # the region in the fixtures' events
_FIXTURES = tomllib.loads((ROOT / "tests" / "fixtures" / "monitoring" / "events.toml").read_text())

# Each has `name` and `alerts`, the rules and alarms that it is for.
EVENTS: list[Mapping[str, Any]] = _FIXTURES["event"]


@dataclass(frozen=True)
class About:
    """The subject of events: a secret's name and ARN, its key, and the role that reads it."""

    name: str
    arn: str
    key: str
    reader: str = "application"

    def event(self, fixture: Mapping[str, Any]) -> dict[str, Any]:
        """One of EVENTS as EventBridge delivers it in the secret's region."""
        base = _FIXTURES["base"][fixture["base"]]
        detail = {**base["detail"], **fixture.get("detail", {})}
        if "who" in fixture:
            detail["userIdentity"] = _FIXTURES["who"][fixture["who"]]
        if "CloudTrail" in base["detail-type"]:
            detail = {"requestParameters": None, "responseElements": None, **detail}
        detail |= dict.fromkeys(fixture.get("without", ()))
        text = json.dumps({"region": HOME, **base, "detail": detail})
        for word, own in (
            ("{name}", self.name),
            ("{partial_arn}", self.arn.rpartition("-")[0]),
            ("{arn}", self.arn),
            ("{key}", self.key),
            ("{reader}", self.reader),
            (HOME, self.arn.split(":")[3]),
        ):
            text = text.replace(word, own)
        return {
            "id": "1",
            "account": ACCOUNT,
            "time": "2026-11-04T15:30:00Z",
            "resources": [],
            **json.loads(text),
        }

    def send(self, name: str, **detail: object) -> None:
        """Send the event of this name to EventBridge, with more fields in its `detail`."""
        (fixture,) = (each for each in EVENTS if each["name"] == name)
        sent = self.event(fixture)
        entry: PutEventsRequestEntryTypeDef = {
            "Source": sent["source"],
            "DetailType": sent["detail-type"],
            "Detail": json.dumps(sent["detail"] | detail),
        }
        boto3.client("events").put_events(Entries=[entry])


class Letters:
    """The messages of a topic within a `with` block, through a queue that subscribes to it."""

    def __init__(self, topic_arn: str) -> None:
        self._topic_arn = topic_arn
        self._sns = boto3.client("sns")

    def __enter__(self) -> Self:
        self._queue = Queue("letters")
        self._subscription = self._sns.subscribe(
            TopicArn=self._topic_arn, Protocol="sqs", Endpoint=self._queue.arn
        )["SubscriptionArn"]
        return self

    def __exit__(self, *_: object) -> None:
        self._sns.unsubscribe(SubscriptionArn=self._subscription)
        self._queue.delete()

    def next(self) -> dict[str, Any]:
        """The next message, which is JSON. TimeoutError if none arrives."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while time.monotonic() < deadline:
            if message := self._queue.receive():
                letter: dict[str, Any] = json.loads(message["Message"])
                return letter
        raise TimeoutError("No message arrived: check whether the rule matches, and its target")
