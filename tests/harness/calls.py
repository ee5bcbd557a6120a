"""The AWS calls of a session, in which no other test's are."""

from collections import Counter
from typing import Any

import boto3


def record(session: boto3.Session) -> Counter[str]:
    """How often clients that the session makes from now on make each call, by its name in IAM.

    The counter fills as they do.
    """
    calls: Counter[str] = Counter()

    def count(model: Any, **_: object) -> None:  # noqa: ANN401 - botocore has no types
        calls[f"{model.service_model.service_name}:{model.name}"] += 1

    session.events.register("before-call", count)
    return calls
