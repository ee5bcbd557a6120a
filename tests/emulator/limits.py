"""Refuse in LocalStack request parameters that AWS refuses and LocalStack accepts.

Lengths, patterns and enum values come from AWS's own models of its services, as botocore ships
them. This module adds the limits that the models lack, with the pages that document them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import regex
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from localstack.aws import handlers
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response

# Parameters that hold a policy. A Sid can occur only once in a policy.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
POLICIES = {"AssumeRolePolicyDocument", "Policy", "PolicyDocument", "ResourcePolicy"}

# Largest size of a parameter in bytes, by operation and parameter.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
# https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
SIZES = {
    ("CreateSecret", "SecretString"): 65536,
    ("PutSecretValue", "SecretString"): 65536,
    ("UpdateSecret", "SecretString"): 65536,
    ("CreateKey", "Policy"): 32768,
    ("PutKeyPolicy", "Policy"): 32768,
}
ENVIRONMENT_BYTES = 4096
# https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
MAX_TAGS = 50


def refuse_what_aws_refuses() -> None:
    """Check each external request before its service gets it."""
    handlers.serve_custom_service_request_handlers.append(_check)


def _check(_: HandlerChain, context: RequestContext, __: Response) -> None:
    if context.is_internal_call or not context.operation or not context.operation.input_shape:
        return
    request: Mapping[str, Any] = context.service_request or {}
    faults = [
        *faults_of(context.operation.input_shape, request, ""),
        *_other_faults(context.operation.name, request),
    ]
    if faults:
        # Like AWS, do not repeat the values: they can be secret.
        message = f"{len(faults)} validation errors detected: {'; '.join(faults)}"
        raise CommonServiceException("ValidationException", message, sender_fault=True)


def faults_of(shape: Shape, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401
    """Violations of a parameter's model by a value, one line each."""
    if value is None:
        return
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    match shape:
        case StructureShape():
            for name, member in shape.members.items():
                yield from faults_of(member, value.get(name), f"{path}.{name}".lstrip("."))
            return
        case ListShape():
            size: int = len(value)
            for index, each in enumerate(value, 1):
                yield from faults_of(shape.member, each, f"{path}.{index}")
        case MapShape():
            size = len(value)
            for key, each in value.items():
                yield from faults_of(shape.key, key, f"{path}.key")
                yield from faults_of(shape.value, each, f"{path}.value")
        case StringShape():
            size = len(value)
            if shape.enum and value not in shape.enum:
                yield f"{path} must be one of {', '.join(shape.enum)}"
            pattern = pattern_of(shape)
            if pattern and not regex.fullmatch(pattern, value, flags=regex.ASCII):
                yield f"{path} must match {pattern}"
        case _ if shape.type_name in ("integer", "long", "float", "double"):
            size = value
        case _:
            return
    if low is not None and size < low:
        yield f"{path} must not be less, or shorter, than {low}"
    if high is not None and size > high:
        yield f"{path} must not be more, or longer, than {high}"


def pattern_of(shape: StringShape) -> str | None:
    """Pattern of a string in AWS's model, for which botocore has no public attribute."""
    model: Mapping[str, str] = getattr(shape, "_shape_model")  # noqa: B009 unknown to its types
    return model.get("pattern")


def _other_faults(operation: str, request: Mapping[str, Any]) -> Iterator[str]:
    for name, value in request.items():
        limit = SIZES.get((operation, name))
        if limit and len(value.encode()) > limit:
            yield f"{name} must not be longer than {limit} bytes"
        if name in POLICIES and isinstance(value, str):
            sids = [statement.get("Sid") for statement in _statements(value)]
            given = [sid for sid in sids if sid]
            if len(given) > len(set(given)):
                yield f"{name} has a Sid twice"
        if name == "Tags" and len(value) > MAX_TAGS:
            yield f"{name} must not be more than {MAX_TAGS}"
    variables = (request.get("Environment") or {}).get("Variables") or {}
    if len(json.dumps(variables).encode()) > ENVIRONMENT_BYTES:
        yield f"Environment must not be longer than {ENVIRONMENT_BYTES} bytes"


def _statements(policy: str) -> list[dict[str, Any]]:
    try:
        statements = json.loads(policy)["Statement"]
    except (ValueError, KeyError, TypeError):
        return []  # the service refuses it
    return statements if isinstance(statements, list) else [statements]
