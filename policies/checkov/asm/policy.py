"""IAM policies: finds their statements in HCL and plans, and answers questions about them."""

import fnmatch
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from asm.block import OPEN, Block, Value, Values, is_known, is_policy
from asm.public_policy import OPERATOR, is_public

DOCUMENT = "aws_iam_policy_document"
_SOURCES = ("source_policy_documents", "override_policy_documents")

# The attribute that holds the policy, by resource type and by what the policy is attached to.
SECRET_POLICIES = {
    "aws_secretsmanager_secret": "policy",
    "aws_secretsmanager_secret_policy": "policy",
}
KEY_POLICIES = {
    "aws_kms_key": "policy",
    "aws_kms_replica_key": "policy",
    "aws_kms_external_key": "policy",
    "aws_kms_key_policy": "policy",
}
IDENTITY_POLICIES = {
    "aws_iam_policy": "policy",
    "aws_iam_role_policy": "policy",
    "aws_iam_user_policy": "policy",
    "aws_iam_group_policy": "policy",
    "aws_ssoadmin_permission_set_inline_policy": "inline_policy",
}
_POLICIES = SECRET_POLICIES | KEY_POLICIES | IDENTITY_POLICIES
IDENTITIES = (*IDENTITY_POLICIES, "aws_iam_role")


@dataclass(frozen=True)
class Condition:
    """One key of a condition block; operator and key in lower case."""

    operator: str
    key: str
    values: list[str]


@dataclass(frozen=True)
class Statement:
    """A statement; actions in lower case, each principal as (type, identifier)."""

    sid: str
    effect: str
    actions: list[str]
    not_actions: list[str]
    resources: list[str]
    not_resources: list[str]
    principals: list[tuple[str, str]]
    not_principals: list[tuple[str, str]]
    conditions: list[Condition]
    json: Value

    def __str__(self) -> str:
        return f"statement {self.sid}" if is_known(self.sid) else "a statement"

    @property
    def allows(self) -> bool:
        """Whether it is known to allow."""
        return self.effect == "Allow"

    @property
    def has_principal(self) -> bool:
        """Whether it belongs to a resource's policy, not to an identity's policy."""
        return bool(self.principals or self.not_principals)

    @property
    def is_public(self) -> bool:
        """Whether it is public. An unknown value counts as a fixed value."""
        return is_public(_known(self.json)) and not self._may_have_any_condition

    @property
    def _may_have_any_condition(self) -> bool:
        return any(OPEN in each.operator + each.key for each in self.conditions)

    def at_worst(self) -> "Statement":
        """The same, if each OPEN value is the value that allows the most."""
        worst = {name: _widest(name, value) for name, value in self.json.items()}
        return _statement(self.sid, worst)

    def covers(self, action: str) -> bool:
        """Whether it is about this action."""
        if OPEN in self.not_actions:
            return False
        if self.not_actions:
            return not any(fnmatch.fnmatchcase(action.lower(), each) for each in self.not_actions)
        return any(fnmatch.fnmatchcase(action.lower(), each) for each in self.actions)

    def covers_all_of(self, service: str) -> bool:
        """Whether it is about all actions of a service."""
        if OPEN in self.not_actions:
            return False
        if self.not_actions:
            return not any(_is_of(each, service) for each in self.not_actions)
        return any(
            _is_of(each, service) and re.fullmatch(r"[*?]*\*[*?]*", each.rpartition(":")[2])
            for each in self.actions
        )

    def concerns(self, *services: str) -> bool:
        """Whether it is about an action of one of the services."""
        return bool(self.not_actions) or any(
            _is_of(each, service) for each in self.actions for service in services
        )

    def names(self, service: str) -> bool:
        """Whether an action begins with the service's name."""
        return any(each.startswith(f"{service}:") for each in self.actions + self.not_actions)

    def is_about_secrets(self) -> bool:
        """Whether some of its resources are secrets."""
        return self._is_about_all_but_some or any(
            each == "*" or ":secretsmanager:" in each for each in self.resources
        )

    def is_about_all_secrets(self) -> bool:
        """Whether its resources are all secrets of a region and account."""
        return self._is_about_all("secretsmanager", "secret:")

    def is_about_all_keys(self) -> bool:
        """Whether its resources are all KMS keys of a region and account."""
        return self._is_about_all("kms", "key/")

    @property
    def _is_about_all_but_some(self) -> bool:
        return bool(self.not_resources) and OPEN not in self.not_resources

    def _is_about_all(self, service: str, kind: str) -> bool:
        return self._is_about_all_but_some or any(
            fnmatch.fnmatchcase(_any_arn(each, service, kind), each) for each in self.resources
        )

    def compares(self, *keys: str) -> bool:
        """Whether a condition compares one of the keys with values; a key can have a `*`."""
        return self._may_have_any_condition or any(
            not any(re.fullmatch(r"[*?]+", value) for value in condition.values)
            for condition in self._comparisons(keys)
        )

    def _comparisons(self, keys: Iterable[str]) -> list[Condition]:
        return [
            condition
            for condition in self.conditions
            if condition.values
            and OPERATOR.fullmatch(condition.operator)
            and any(fnmatch.fnmatchcase(condition.key, key) for key in keys)
        ]


def _is_of(action: str, service: str) -> bool:
    """Whether an action, which can have wildcards, belongs to a service."""
    return fnmatch.fnmatchcase(service, action.partition(":")[0])


def _any_arn(pattern: str, service: str, kind: str) -> str:
    """ARN with an unlikely name, in the partition, region and account of a pattern."""
    parts = ["arn", "aws", service, "region", "account"]
    for index, part in enumerate(pattern.split(":")[:5]):
        if index in (1, 3, 4) and part and not set(part) & set("*?"):
            parts[index] = part
    return f"{':'.join(parts)}:{kind}\0"


def _known(value: Value) -> Value:
    """JSON with a placeholder for each unknown value."""
    if isinstance(value, dict):
        return {name: _known(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_known(each) for each in value]
    return value if is_known(value) else "unknown"


def _widest(name: str, value: Value) -> Value:
    """A part of a statement, if its OPEN values allow the most."""
    if name == "Effect":
        return "Allow" if OPEN in str(value) else value
    if name == "Condition":
        return {
            operator: {
                key: [str(each).replace(OPEN, "*") for each in _list(values)]
                for key, values in _items(keys)
                if OPEN not in key
            }
            for operator, keys in _items(value)
            if OPEN not in operator
        }
    if isinstance(value, dict):
        return {type_: _widest(name, names) for type_, names in value.items()}
    if isinstance(value, list):
        return [_widest(name, each) for each in value]
    if name in ("Principal", "NotPrincipal"):
        return "*" if value == OPEN else value  # OPEN as a part of a type is no wildcard
    if isinstance(value, str):
        return value.replace(OPEN, "none:none" if name in ("NotAction", "NotResource") else "*")
    return value


# Unknown statements: one of an identity's policy, and one of a resource's policy.
_ANY = {"Effect": OPEN, "Action": OPEN, "Resource": OPEN, "Condition": OPEN}
_ANYTHING = [_ANY, {**_ANY, "Principal": OPEN}]


def parse(policy: Value) -> list[Statement] | None:
    """Statements of a policy document; None if it is unknown or is not a policy document."""
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except ValueError:
            return None
    if not isinstance(policy, dict):
        return None
    statements = _list(policy.get("Statement", OPEN if OPEN in policy else None))
    return [
        _statement(str(number), each)
        for number, found in enumerate(statements, start=1)
        for each in ([found] if isinstance(found, dict) else _ANYTHING)
    ]


def _statement(number: str, statement: dict[str, Any]) -> Statement:
    def texts(name: str) -> list[str]:
        return [str(each) for each in _list(statement.get(name))]

    return Statement(
        sid=str(statement.get("Sid") or number),
        effect=str(statement.get("Effect")),
        actions=[action.lower() for action in texts("Action")],
        not_actions=[action.lower() for action in texts("NotAction")],
        resources=texts("Resource"),
        not_resources=texts("NotResource"),
        principals=_principals(statement.get("Principal")),
        not_principals=_principals(statement.get("NotPrincipal")),
        conditions=[
            Condition(operator.lower(), key.lower(), [str(value) for value in _list(values)])
            for operator, keys in _items_or_any(statement.get("Condition"))
            for key, values in _items_or_any(keys)
        ],
        json=statement,
    )


def _as_json(statement: Values) -> dict[str, Any]:
    """A statement of a document, in its rendered form."""
    conditions: dict[str, dict[str, list[Value]]] = {}
    for condition in statement.blocks("condition"):
        test = condition.get("test") if condition.is_certain else OPEN
        keys = conditions.setdefault(str(test), {})
        values = keys.setdefault(str(condition.get("variable")), [])
        values += _list(condition.get("values"))

    def principals(name: str) -> dict[str, list[Value]]:
        found: dict[str, list[Value]] = {}
        for block in statement.blocks(name):
            names = _list(block.get("identifiers")) if block.is_certain else [OPEN]
            found.setdefault(str(block.get("type")), []).extend(names)
        return found

    return {
        "Sid": statement.get("sid"),
        "Effect": (statement.get("effect") or "Allow") if statement.is_certain else OPEN,
        "Action": statement.get("actions"),
        "NotAction": statement.get("not_actions"),
        "Resource": statement.get("resources"),
        "NotResource": statement.get("not_resources"),
        "Principal": principals("principals"),
        "NotPrincipal": principals("not_principals"),
        "Condition": conditions,
    }


def _list(value: Value) -> list[Value]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _items(value: Value) -> list[tuple[str, Value]]:
    return list(value.items()) if isinstance(value, dict) else []


def _items_or_any(value: Value) -> list[tuple[str, Value]]:
    return [(OPEN, OPEN)] if value == OPEN else _items(value)


def _principals(value: Value) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [(type_, str(name)) for type_, names in value.items() for name in _list(names)]
    return [("*", str(name)) for name in _list(value)]


def statements_of(block: Block) -> list[Statement]:
    """Statements in a document, or in the text of a resource's policy.

    Leaves out a policy that a document renders. A rule checks the document, so that it reports a
    fault once.
    """
    if block.type == "aws_iam_role":
        texts = [inline.get("policy") for inline in block.blocks("inline_policy")]
    elif block.type == DOCUMENT:
        texts = [text for name in _SOURCES for text in _list(block.get(name))]
    else:
        texts = [block.get(_POLICIES[block.type])]
    own = enumerate(block.blocks("statement"), start=1)
    found = [_statement(str(number), _as_json(each)) for number, each in own]
    for text in texts:
        found += [_statement("", each) for each in _ANYTHING] if text == OPEN else parse(text) or []
    return found


def all_statements(block: Block, attribute: str) -> tuple[list[Statement], bool]:
    """Statements of a policy and of documents that render it, and whether these are all."""
    texts = [parse(text) for text in _list(block.get(attribute))]
    statements = [statement for text in texts for statement in text or []]
    if None not in texts:
        return statements, True
    references = block.references(attribute)
    documents = references.of(DOCUMENT)
    is_all = bool(documents) and not references.is_open
    for document in documents:
        statements += statements_of(document)
        for name in _SOURCES:
            inner, is_all_inner = all_statements(document, name)
            statements += inner
            is_all &= is_all_inner
    return statements, is_all


def faults(
    block: Block, applies: Callable[[Statement], bool], offends: Callable[[Statement], str]
) -> list[str] | None:
    """What is wrong with the statements to which a rule applies; None if it applies to none.

    `offends` returns what is wrong with a statement; empty if nothing is wrong.
    """
    found: list[str] = []
    is_concerned, is_decided = False, True
    for statement in statements_of(block):
        if applies(statement):
            is_concerned = True
            if statement.allows and (fault := offends(statement)):
                found.append(f"{statement} {fault}")
                continue
        if OPEN not in str(statement.json):
            continue
        worst = statement.at_worst()
        if worst.allows and applies(worst) and offends(worst):
            is_decided = False
    return found or ([] if is_concerned and is_decided else None)


def owners(block: Block) -> set[str]:
    """What a policy is attached to, such as `secret` or `identity`; empty if that is not known."""
    if block.type != DOCUMENT:
        return {_owner(block.type, _POLICIES.get(block.type, ""))}
    found: set[str] = set()
    seen = {block}
    left = list(block.users())
    while left:
        user, attribute = left.pop()
        if not is_policy(user.type, attribute):
            continue
        if user.type != DOCUMENT:
            found.add(_owner(user.type, attribute))
        elif user not in seen:
            seen.add(user)
            left += user.users()
    return found


def _owner(type_: str, attribute: str) -> str:
    if type_ in SECRET_POLICIES:
        return "secret"
    if type_ in KEY_POLICIES:
        return "key"
    is_trust = attribute == "assume_role_policy"
    return "identity" if type_ in IDENTITIES and not is_trust else "other"


def is_of(block: Block, statement: Statement, *kinds: str) -> bool:
    """Whether a statement belongs, or can belong, to a policy of one of these kinds."""
    if found := owners(block):
        return not found.isdisjoint(kinds)
    return statement.has_principal or "identity" in kinds


def is_of_secret_or_key(block: Block, statement: Statement) -> bool:
    """Whether a statement of a block belongs, or can belong, to a secret's or key's policy."""
    return is_of(block, statement, "secret", "key") and statement.concerns("secretsmanager", "kms")


def is_of_identity(block: Block, statement: Statement) -> bool:
    """Whether a statement of a block belongs, or can belong, to an identity's policy."""
    return is_of(block, statement, "identity") and not statement.has_principal
