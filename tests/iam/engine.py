"""Decides whether IAM allows a request.

The engine is @cloud-copilot/iam-simulate, in its own process. If it is known to decide differently
from AWS, or to ignore something that it does not know, `Engine` raises EngineError instead.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from iam.lint import (
    Document,
    conditions_of,
    key_type,
    lint,
    principals_of,
    statements_of,
)
from iam.process import EngineError, Process

__all__ = ["Decision", "Document", "Engine", "EngineError", "Policies", "Request", "lint"]

type Context = Mapping[str, str | Sequence[str]]

_PRINCIPAL = re.compile(
    r"""(?P<arn>arn:[\w-]+:(?:iam|sts)::(?P<account>\d{12}):
          (?: (?P<root>root) | user/(?:.+/)?(?P<user>[^/]+) | role/.+
            | assumed-role/(?P<session_of>[^/]+)/[^/]+))
      | [\w.-]+\.amazonaws\.com(?:\.cn)?""",
    re.X,
)
_OWNER = re.compile(r"arn:[^:]+:[^:]+:[^:]*:(\d{12}):")
# The engine has one name for all keys of this family.
_ENCRYPTION_CONTEXT = "kms:EncryptionContext:${EncryptionContextKey}"
_ENCRYPTION_CONTEXT_KEY = re.compile(r"^kms:EncryptionContext:.+", re.I)
_ALWAYS_SENT = ("aws:SecureTransport", "aws:ViaAWSService", "aws:CurrentTime", "aws:EpochTime")


@dataclass(frozen=True)
class Request:
    """One call of an AWS API.

    `principal` is the ARN of a root, user, role or assumed-role session, or a service such as
    `appflow.amazonaws.com`. `account` is the id of the account that owns `resource`, an ARN or `*`.
    `context` has the condition keys that AWS would send, except those that follow from the other
    fields, such as `aws:PrincipalArn`. The session of a role with a path also needs that key.
    """

    principal: str
    action: str
    resource: str
    account: str
    context: Context

    def __str__(self) -> str:
        return f"{self.principal} {self.action} {self.resource}"


@dataclass(frozen=True)
class Policies:
    """The documents that decide on a request; an omitted kind does not restrict it.

    `endpoint` is the policy of the VPC endpoint that the request comes through. `service_control`
    and `resource_control` are each the documents of one level of the organization.
    `service_control` must include full access if it is attached. `resource_control` always includes
    full access implicitly.
    """

    identity: Sequence[Document] = ()
    resource: Document | None = None
    endpoint: Document | None = None
    service_control: Sequence[Document] = ()
    resource_control: Sequence[Document] = ()
    boundary: Document | None = None
    session: Document | None = None

    def documents(self) -> list[Document]:
        """All documents."""
        several = (*self.identity, *self.service_control, *self.resource_control)
        single = (self.resource, self.endpoint, self.boundary, self.session)
        return [*several, *(document for document in single if document is not None)]


@dataclass(frozen=True)
class Decision:
    """IAM's decision: allowed, denied by a statement (`explicit`), or allowed by no statement.

    `statements` has the Sids of the deciding statements, or kind and position as in `resource[1]`.
    For an implicit denial, it has the kinds of policy that do not allow, as in `no identity`.
    """

    allowed: bool
    explicit: bool
    statements: tuple[str, ...]


class Engine(Process):
    """The engine, within a `with` block. Start it once: a start takes a fifth of a second."""

    def decide(self, request: Request, policies: Policies) -> Decision:
        """Decide on one request. Raises EngineError as `decide_all` does."""
        return self.decide_all([(request, policies)])[0]

    def decide_all(self, questions: Iterable[tuple[Request, Policies]]) -> list[Decision]:
        """Decide on each request, in order; for many requests, this is the fast way.

        Raises EngineError if the process has ended, or for the first request or document that:

        - is not valid, or in which `lint` finds a fault
        - has a condition key that AWS does not send with the action
        - the engine would decide differently from AWS
        """
        questions = list(questions)
        answers = self.ask("decide", [_simulation(*question) for question in questions])
        return [
            _decision(request, answer)
            for (request, _), answer in zip(questions, answers, strict=True)
        ]


def _decision(request: Request, answer: Mapping[str, Any]) -> Decision:
    if error := answer.get("error"):
        raise EngineError(f"{request}: {json.dumps(error)}")
    if ignored := answer["ignored"]:
        raise EngineError(f"{request}: AWS does not send {', '.join(ignored)} with this action")
    return Decision(
        allowed=answer["result"] == "Allowed",
        explicit=answer["result"] == "ExplicitlyDenied",
        statements=tuple(answer["statements"]),
    )


def _simulation(request: Request, policies: Policies) -> Document:
    """The question in the form of the engine's API."""
    principal = _PRINCIPAL.fullmatch(request.principal)
    if not principal:
        raise EngineError(f"{request}: the principal is no root, user, role, session or service")
    context = _context(request, principal)
    refusals = [
        *_refusals_of_request(request, context),
        *_refusals_of_policies(policies, context),
        *_refusals_of_principal(principal, policies, context),
    ]
    if refusals:
        raise EngineError(f"{request}: {'; '.join(refusals)}")

    def named(documents: Iterable[Document]) -> list[dict[str, object]]:
        return [
            {"name": str(number), "policy": _spelled(document)}
            for number, document in enumerate(documents, 1)
        ]

    def level(documents: Sequence[Document]) -> list[dict[str, object]]:
        return [{"orgIdentifier": "r-root", "policies": named(documents)}] if documents else []

    optional = {
        "resourcePolicy": policies.resource and _spelled(policies.resource),
        "sessionPolicy": policies.session and _spelled(policies.session),
        "permissionBoundaryPolicies": policies.boundary and named([policies.boundary]),
        "vpcEndpointPolicies": policies.endpoint and named([policies.endpoint]),
    }
    return {
        "request": {
            "principal": request.principal,
            "action": request.action,
            "resource": {"resource": request.resource, "accountId": request.account},
            "contextVariables": _spelled(context),
        },
        "identityPolicies": named(policies.identity),
        "serviceControlPolicies": level(policies.service_control),
        "resourceControlPolicies": level(policies.resource_control),
        **{name: value for name, value in optional.items() if value is not None},
    }


def _context(request: Request, principal: re.Match[str]) -> Context:
    """The request's context with the keys that follow from its other fields."""
    derived = {"aws:ResourceAccount": request.account}
    if not principal["arn"]:
        derived["aws:PrincipalIsAWSService"] = "true"
        derived["aws:PrincipalServiceName"] = request.principal
    else:
        derived["aws:PrincipalIsAWSService"] = "false"
        derived["aws:PrincipalAccount"] = principal["account"]
        derived["aws:PrincipalType"] = (
            "Account" if principal["root"] else "User" if principal["user"] else "AssumedRole"
        )
        derived["aws:PrincipalArn"] = re.sub(
            r":sts:(.*):assumed-role/([^/]+)/.+", r":iam:\1:role/\2", request.principal
        )
    if principal["user"]:
        derived["aws:username"] = principal["user"]
    given = {key.lower(): value for key, value in request.context.items()}
    for key, value in derived.items():
        # The ARN of a session does not contain the path of its role.
        certain = key != "aws:PrincipalArn" or not principal["session_of"]
        if certain and given.get(key.lower(), value) != value:
            raise EngineError(f"{request}: {key} is {value}, not {given[key.lower()]}")
    missing = {key: value for key, value in derived.items() if key.lower() not in given}
    return {**request.context, **missing}


def _refusals_of_request(request: Request, context: Context) -> Iterator[str]:
    owner = _OWNER.match(request.resource)
    if owner and owner[1] != request.account:
        yield f"the resource belongs to {owner[1]}, not to {request.account}"
    for key, value in context.items():
        type_ = key_type(key)
        if not type_:
            yield f"unknown condition key {key}"
        elif type_.startswith("ArrayOf") == isinstance(value, str):
            yield f"{key} is of the type {type_}, which {value!r} is not"


def _refusals_of_policies(policies: Policies, context: Context) -> Iterator[str]:
    """Faults of the documents, and parts that the engine interprets differently from AWS."""
    documents = policies.documents()
    for document in documents:
        yield from _faults(json.dumps(document))
    if any("Principal" not in each for each in statements_of(policies.resource or {})):
        yield "a statement of the resource's policy has no Principal"
    conditions = [
        condition
        for document in documents
        for statement in statements_of(document)
        for condition in conditions_of(statement)
    ]
    keys = {*context, *(key for _, key, _ in conditions)}
    lower = {key.lower() for key in keys}
    given = {key.lower(): value for key, value in context.items()}
    for key in _ALWAYS_SENT:
        if key.lower() in lower - given.keys():
            yield f"the context lacks {key}, which AWS always sends"
    if any(key.startswith("secretsmanager:resourcetag/") for key in lower):
        yield "the engine does not know secretsmanager:ResourceTag: write aws:ResourceTag"
    pairs = sorted(filter(_ENCRYPTION_CONTEXT_KEY.fullmatch, keys))
    if len(pairs) > 1:
        yield f"the engine takes {' and '.join(pairs)} for one key"
    for operator, key, values in conditions:
        dates = [*values, given.get(key.lower())] if operator.startswith("Date") else []
        if any(str(date).isdecimal() for date in dates):
            yield f"the engine misreads seconds in {operator}: write an ISO 8601 date"
        if operator.startswith("ForAnyValue:") and operator.endswith("IfExists"):
            yield f"the engine lets {operator} hold only if the key exists"


def _refusals_of_principal(
    principal: re.Match[str], policies: Policies, context: Context
) -> Iterator[str]:
    """Decisions of the engine on this kind of principal that differ from AWS's."""
    if principal["root"] and not policies.identity:
        yield "To the root user AWS allows all: give it an identity policy that does"
    if not principal["arn"] and (policies.service_control or policies.boundary or policies.session):
        yield (
            "no service control, boundary or session policy holds for a service, but the engine "
            "applies it"
        )
    if not principal["session_of"]:
        return
    role = str(context["aws:PrincipalArn"])
    name = re.escape(principal["session_of"])
    same_name = re.compile(rf"arn:[\w-]+:iam::{principal['account']}:role/(?:.+/)?{name}")
    if not same_name.fullmatch(role):
        yield f"aws:PrincipalArn is {role}, which is not the session's role"
    for statement in statements_of(policies.resource or {}):
        for _, named in principals_of(statement):
            if same_name.fullmatch(named) and named != role:
                yield f"{named} is not the session's role {role}, but the engine takes it for that"
            by_session = named == "*" or ":assumed-role/" in named
            if policies.session and statement.get("Effect") == "Allow" and by_session:
                yield (
                    "a session policy does not limit what a resource's policy allows the "
                    "session's own ARN, or all by aws:PrincipalArn, but the engine lets it"
                )


@cache
def _faults(document: str) -> list[str]:
    return lint(json.loads(document))


def _spelled(value: object) -> Any:  # noqa: ANN401
    """The value, with encryption-context keys in the engine's spelling."""
    return json.loads(
        json.dumps(value),
        object_pairs_hook=lambda pairs: {
            _ENCRYPTION_CONTEXT_KEY.sub(_ENCRYPTION_CONTEXT, name): item for name, item in pairs
        },
    )
