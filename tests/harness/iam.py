"""Decides whether IAM allows a request, and finds the faults for which a statement never matches.

The engine, @cloud-copilot/iam-simulate, runs in a process of its own. Where it is known to decide
otherwise than AWS, or to pass over what it does not know, `Engine` raises EngineError instead.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from harness.iam_lint import Document, lint
from harness.iam_process import EngineError, Process

__all__ = ["Decision", "Document", "Engine", "EngineError", "Policies", "Request", "lint"]

_PRINCIPAL = re.compile(
    r"""(?P<arn>arn:[\w-]+:(iam|sts)::(?P<account>\d{12}):
          (?: (?P<root>root)
            | user/(?:.+/)?(?P<user>[^/]+)
            | role/(?P<role>.+)
            | assumed-role/(?P<session_of>[^/]+)/[^/]+))
      | (?P<service>[\w.-]+\.amazonaws\.com(?:\.cn)?)""",
    re.X,
)
_TYPES = {"root": "Account", "user": "User", "role": "AssumedRole", "session_of": "AssumedRole"}
# The one spelling in which the engine knows this family of keys.
_ENCRYPTION_CONTEXT = "kms:EncryptionContext:${EncryptionContextKey}"
_ENCRYPTION_CONTEXT_KEY = re.compile(r"kms:EncryptionContext:(.+)", re.I)
# AWS sends these with every request; without them the engine would decide on another one.
_ALWAYS_SENT = ("aws:SecureTransport", "aws:ViaAWSService", "aws:CurrentTime", "aws:EpochTime")


@dataclass(frozen=True)
class Request:
    """One call of an AWS API.

    `principal` is the ARN of a root, user, role or assumed-role session, or a service principal
    such as `appflow.amazonaws.com`; `account` is the id of the account that owns `resource`, an ARN
    or `*`. `context` has the condition keys that AWS would send, but for those that follow from the
    other fields, such as `aws:PrincipalArn`.
    """

    principal: str
    action: str
    resource: str
    account: str
    context: Mapping[str, str | Sequence[str]]

    def __str__(self) -> str:
        return f"{self.principal} {self.action} {self.resource}"


@dataclass(frozen=True)
class Policies:
    """The documents that decide on a request; a kind left out does not restrict it.

    `endpoint` is the policy of the VPC endpoint that the request comes through. `service_control`
    and `resource_control` are each the documents of one level of the organization. Full access must
    be among the former if it is attached; it always is among the latter, and need not be given.
    """

    identity: Sequence[Document] = ()
    resource: Document | None = None
    endpoint: Document | None = None
    service_control: Sequence[Document] = ()
    resource_control: Sequence[Document] = ()
    boundary: Document | None = None
    session: Document | None = None

    def documents(self) -> list[Document]:
        """All of them."""
        single = (self.resource, self.endpoint, self.boundary, self.session)
        several = (*self.identity, *self.service_control, *self.resource_control)
        return [*several, *(document for document in single if document is not None)]


@dataclass(frozen=True)
class Decision:
    """What IAM decides: allowed, denied by a statement (`explicit`), or allowed by none.

    `statements` are the Sids that decided, or kind and position as in `resource[1]`; of an implicit
    denial, the kinds of policy that do not allow: `no identity`.
    """

    allowed: bool
    explicit: bool
    statements: tuple[str, ...]


class Engine(Process):
    """The engine, for the length of a `with` block. Start it once: it takes 0.2 s."""

    def decide(self, request: Request, policies: Policies) -> Decision:
        """Decide on one request. Raises EngineError as `decide_all`."""
        return self.decide_all([(request, policies)])[0]

    def decide_all(self, questions: Iterable[tuple[Request, Policies]]) -> list[Decision]:
        """Decide on each, in order; the fast way for many.

        Raises EngineError for the first request or document that is not valid, that has a condition
        key which AWS does not send with the action, or that the engine would decide otherwise than
        AWS, and if the process has ended.
        """
        questions = list(questions)
        simulations = [_simulation(request, policies) for request, policies in questions]
        answers = self.ask("decide", simulations)
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
    """The question as the engine's API wants it."""
    context = _context(request)
    _refuse_wrong_decisions(request, policies, context)

    def named(documents: Iterable[Document]) -> list[dict[str, object]]:
        return [
            {"name": str(number), "policy": _spelled(document)}
            for number, document in enumerate(documents, 1)
        ]

    def level(documents: Sequence[Document]) -> list[dict[str, object]]:
        return [{"orgIdentifier": "r-root", "policies": named(documents)}] if documents else []

    simulation: dict[str, object] = {
        "request": {
            "principal": request.principal,
            "action": request.action,
            "resource": {"resource": request.resource, "accountId": request.account},
            "contextVariables": _spelled(context),
        },
        "identityPolicies": named(policies.identity),
        "serviceControlPolicies": level(policies.service_control),
        "resourceControlPolicies": level(policies.resource_control),
    }
    if policies.resource is not None:
        simulation["resourcePolicy"] = _spelled(policies.resource)
    if policies.session is not None:
        simulation["sessionPolicy"] = _spelled(policies.session)
    if policies.boundary is not None:
        simulation["permissionBoundaryPolicies"] = named([policies.boundary])
    if policies.endpoint is not None:
        simulation["vpcEndpointPolicies"] = named([policies.endpoint])
    return simulation


def _refuse_wrong_decisions(
    request: Request, policies: Policies, context: Mapping[str, object]
) -> None:
    """Raise EngineError where the engine decides otherwise than AWS."""
    documents = policies.documents()
    for document in documents:
        if faults := _faults(json.dumps(document)):
            raise EngineError(f"{request} meets a policy with faults: {'; '.join(faults)}")
    text = json.dumps([documents, context])
    encryption_context = set(re.findall(r'"kms:EncryptionContext:(.+?)"', text, re.I))
    given = {key.lower() for key in context}
    not_given = [
        key
        for key in _ALWAYS_SENT
        if f'"{key}"'.lower() in text.lower() and key.lower() not in given
    ]
    resource = json.dumps(policies.resource)
    refusals = {
        "is by the root user, whom AWS allows all: ask for a role that is allowed all": (
            request.principal.endswith(":root")
        ),
        "is by a service, which no service control policy applies to": (
            request.principal.endswith(".amazonaws.com") and policies.service_control
        ),
        "has a session policy, which would limit what the session is allowed by its own ARN": (
            policies.session is not None and ":assumed-role/" in resource
        ),
        "meets NotPrincipal, with which Deny fails open: write ArnNotEquals on aws:PrincipalArn": (
            '"NotPrincipal"' in text
        ),
        "meets secretsmanager:ResourceTag, which the engine does not know: write aws:ResourceTag": (
            '"secretsmanager:resourcetag/' in text.lower()
        ),
        f"lacks {', '.join(not_given)}, which AWS always sends": not_given,
        f"has several encryption-context keys, {', '.join(sorted(encryption_context))}, "
        "which the engine takes for one": len(encryption_context) > 1,
    }
    for refusal, applies in refusals.items():
        if applies:
            raise EngineError(f"{request} {refusal}")


@cache
def _faults(document: str) -> list[str]:
    return lint(json.loads(document))


def _spelled(value: object) -> object:
    """The same with encryption-context keys as the engine knows them."""
    if isinstance(value, Mapping):
        return {
            _ENCRYPTION_CONTEXT_KEY.sub(lambda _: _ENCRYPTION_CONTEXT, name): _spelled(item)
            for name, item in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_spelled(item) for item in value]
    return value


def _context(request: Request) -> dict[str, str | Sequence[str]]:
    """The request's context, with the keys that follow from its other fields."""
    principal = _PRINCIPAL.fullmatch(request.principal)
    if not principal:
        raise EngineError(f"{request}: the principal is no root, user, role, session or service")
    derived = {"aws:ResourceAccount": request.account}
    if principal["service"]:
        derived |= {
            "aws:PrincipalIsAWSService": "true",
            "aws:PrincipalServiceName": request.principal,
        }
    else:
        derived |= {
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalAccount": principal["account"],
            "aws:PrincipalType": next(name for kind, name in _TYPES.items() if principal[kind]),
        }
        # The ARN of a session does not tell the path of its role.
        if not principal["session_of"]:
            derived["aws:PrincipalArn"] = request.principal
        if principal["user"]:
            derived["aws:username"] = principal["user"]
    given = {key.lower(): value for key, value in request.context.items()}
    for key, value in derived.items():
        if given.get(key.lower(), value) != value:
            raise EngineError(f"{request}: {key} is {value}, not {given[key.lower()]}")
    missing = {key: value for key, value in derived.items() if key.lower() not in given}
    return {**request.context, **missing}
