"""Counts the AWS calls of one session, without the calls of other tests."""

from collections import Counter
from typing import Any

import boto3


def record(session: boto3.Session) -> Counter[str]:
    """Count the calls of clients that the session creates from now on, by their names in IAM.

    The counter fills as the clients make calls.
    """
    calls: Counter[str] = Counter()

    def count(model: Any, **_: object) -> None:  # noqa: ANN401 - botocore has no types
        calls[f"{model.service_model.service_name}:{model.name}"] += 1

    session.events.register("before-call", count)
    return calls
