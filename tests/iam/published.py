"""Decisions of IAM that AWS publishes: the examples in published.toml."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from iam.engine import Document, Policies, Request

_TEXT = Path(__file__).with_name("published.toml").read_text()
# Names in angle brackets in an example.
NAMES: Mapping[str, str] = tomllib.loads(_TEXT)["names"]
_SEVERAL = ("identity", "service_control", "resource_control")


@dataclass(frozen=True)
class Example:
    """A request and AWS's decision on it. Its rule and the URL of its page say why."""

    rule: str
    page: str
    decision: str
    principal: str = NAMES["role"]
    action: str = "secretsmanager:GetSecretValue"
    resource: str = NAMES["secret"]
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    policies: Policies = field(default_factory=Policies)
    refusal: str = ""

    @property
    def request(self) -> Request:
        """The request; its resource belongs to NAMES["account"]."""
        return Request(self.principal, self.action, self.resource, NAMES["account"], self.context)


def policy(*statements: Document) -> Document:
    """A document with these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _document(written: Any) -> Document:  # noqa: ANN401
    return policy(*written) if isinstance(written, list) else written


def _example(written: dict[str, Any]) -> Example:
    policies: dict[str, Any] = {
        kind: [_document(each) for each in value] if kind in _SEVERAL else _document(value)
        for kind, value in written.get("policies", {}).items()
    }
    return Example(**written | {"policies": Policies(**policies)})


_WHOLE = tomllib.loads(re.sub(r"<(\w+)>", lambda found: NAMES[found[1]], _TEXT))
EXAMPLES = [_example(each) for each in _WHOLE["examples"]]
