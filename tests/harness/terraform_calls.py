"""Reads the AWS calls of Terraform, with the names and parameters of AWS's API reference."""

import json
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session

from harness.forwarder import Sent

# Services whose name in a signature differs from the name in AWS's models.
_MODELS = {"monitoring": "cloudwatch"}


@dataclass(frozen=True)
class Call:
    """One call. Services that take forms have flat parameters, such as `Tags.member.1.Key`."""

    region: str
    service: str
    operation: str
    parameters: Mapping[str, Any]


def call(sent: Sent) -> Call:
    """The call that a request makes; ValueError if AWS's models have no such call."""
    service = _MODELS.get(sent.service, sent.service)
    if sent.target:
        return Call(sent.region, service, sent.target, json.loads(sent.body or "{}"))
    form = dict(urllib.parse.parse_qsl(sent.body))
    if "Action" in form:
        return Call(sent.region, service, form["Action"], form)
    path, _, query = sent.path.partition("?")
    for operation, method, pattern in _paths(service):
        if sent.method == method and (found := re.fullmatch(pattern, path)):
            in_path = {name: urllib.parse.unquote(text) for name, text in found.groupdict().items()}
            body = json.loads(sent.body or "{}")
            parameters = {**body, **dict(urllib.parse.parse_qsl(query)), **in_path}
            return Call(sent.region, service, operation, parameters)
    raise ValueError(f"{service} has no call {sent.method} {path}")


@cache
def _paths(service: str) -> list[tuple[str, str, str]]:
    """Operation, HTTP method and path pattern of each call of a service with one path per call."""
    model = botocore.session.get_session().get_service_model(service)
    result = []
    for operation in model.operation_names:
        http = model.operation_model(operation).http
        path = http["requestUri"].partition("?")[0]
        pattern = re.sub(r"\\\{(\w+)\\?\+?\\\}", r"(?P<\1>[^/]+)", re.escape(path))
        result.append((operation, http["method"], pattern))
    return result
