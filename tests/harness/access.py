"""Turns the rows of tests/fixtures/access/matrix.csv into questions to the IAM engine.

A case is one secret with the policies that Terraform has rendered for it.
tests/fixtures/access/vocabulary.toml explains the words of a row.
"""

import copy
import csv
import hashlib
import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from iam.engine import Decision, Document, Engine, Policies, Request
from tools.environments import ROOT

FOLDER = ROOT / "tests" / "fixtures" / "access"

type Question = tuple[Request, Policies]


@dataclass(frozen=True)
class Case:
    """A secret's name, its ARN, its key's ARN, and its policy documents by kind.

    The kinds: `secret`, `key`, `key in REGION` (a replica's), `reader`, `rotator`, `endpoint`.
    `others` holds more names and ARNs that ARNs of the vocabulary refer to. `pattern` is the name
    in documents for several secrets, such as `orders/*`.
    """

    secret_name: str
    secret_arn: str
    key_arn: str
    documents: Mapping[str, Document]
    others: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""

    def with_document(self, kind: str, document: Document) -> "Case":
        """The case with another document of this kind."""
        return replace(self, documents={**self.documents, kind: document})

    def normalize(self, text: str) -> str:
        """The text with this case's own names removed or replaced by common ones."""
        name = self.pattern or self.secret_name
        title = re.sub(r"[^A-Za-z0-9]", " ", name).title().replace(" ", "")
        for own, common in (
            (title + hashlib.sha256(name.encode()).hexdigest()[:8], ""),
            (title, ""),
            (name, "NAME"),
            (f"-{self.secret_arn.rpartition('-')[2]}", "-SUFFIX"),
            (self.key_arn, "KEY"),
            *((own, name) for name, own in self.others.items()),
        ):
            text = text.replace(own, common)
        return text

    def fill(self, text: str) -> str:
        """An ARN of the vocabulary, with this case's names filled in."""
        suffix = self.secret_arn.rpartition("-")[2]
        return text.format(name=self.secret_name, suffix=suffix, key=self.key_arn, **self.others)


@dataclass(frozen=True)
class Row:
    """A row of the matrix for one of its cases."""

    case: str
    principal: str
    operation: str
    resource: str
    circumstances: tuple[str, ...]
    allowed: bool
    reason: str

    def __str__(self) -> str:
        words = " ".join((self.principal, self.operation, self.resource, *self.circumstances))
        return f"{self.case}: {words}: {'allowed' if self.allowed else 'denied'}"


def rows() -> list[Row]:
    """The rows of the matrix by case. ValueError unless a decision is allowed or denied."""
    with (FOLDER / "matrix.csv").open(newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    result = []
    for line in csv.DictReader(lines, strict=True):
        if line["decision"] not in ("allowed", "denied"):
            raise ValueError(f"a decision is allowed or denied, not {line['decision']}: {line}")
        circumstances = tuple(word.strip() for word in line["circumstances"].split(";") if word)
        result += [
            Row(
                case,
                line["principal"],
                line["operation"],
                line["resource"],
                circumstances,
                line["decision"] == "allowed",
                line["reason"],
            )
            for case in line["cases"].split()
        ]
    return result


@cache
def vocabulary() -> Mapping[str, Any]:
    """The vocabulary, where an entry also has the fields of the entry that it is `like`."""
    words = tomllib.loads((FOLDER / "vocabulary.toml").read_text())
    for kind in ("principals", "resources"):
        for name, entry in words[kind].items():
            words[kind][name] = {**words[kind].get(entry.get("like"), {}), **entry}
            if "context" in entry and "like" in entry:
                inherited = words[kind][entry["like"]].get("context", {})
                words[kind][name]["context"] = {**inherited, **entry["context"]}
    return words


def questions(row: Row, case: Case) -> list[Question]:
    """The engine's questions for a row. The row is allowed if the engine allows all of them."""
    words = vocabulary()
    principal = words["principals"][row.principal]
    resource = words["resources"][row.resource]
    context = {**words["context"], **principal.get("context", {})}
    for name in row.circumstances:
        context |= words["circumstances"][name]
    identity = [_document(case, name) for name in principal["policies"]]
    principal_arn = case.fill(principal["arn"])

    def question(action: str, arn: str, policy: str | None, context: Mapping[str, str]) -> Question:
        context = {key: case.fill(value) for key, value in context.items() if value}
        endpoint = context.get("aws:SourceVpce")
        # Any other endpoint has its own policy.
        is_the_cases = bool(endpoint) and endpoint == case.others.get("endpoint", endpoint)
        through_endpoint = is_the_cases and action.startswith("secretsmanager:")
        request = Request(
            principal_arn, action, arn, _account(arn) or _account(principal_arn), context
        )
        policies = Policies(
            identity=identity,
            resource=_document(case, policy) if policy else None,
            endpoint=case.documents["endpoint"] if through_endpoint else None,
        )
        return request, policies

    arn = case.fill(resource["arn"])
    operation = words["operations"].get(row.operation)
    if operation is None:
        return [question(row.operation, arn, resource.get("policy"), context)]
    result = [
        question(f"secretsmanager:{action}", arn, resource.get("policy"), context)
        for action in operation.get("actions", [])
    ]
    for action in operation.get("key_actions", []):
        if "key" in resource:
            key, policy = case.fill(resource["key"]), resource["key_policy"]
            result.append(question(f"kms:{action}", key, policy, _by_secrets_manager(context, arn)))
        else:
            result.append(question(f"kms:{action}", arn, resource["policy"], context))
    return result


def decide_all(engine: Engine, asked: Sequence[Sequence[Question]]) -> list[Decision]:
    """The decision on each row: that on its first denied question, or else on its last one."""
    answers = iter(engine.decide_all(itertools.chain.from_iterable(asked)))
    decisions = [[next(answers) for _ in each] for each in asked]
    return [next((it for it in each if not it.allowed), each[-1]) for each in decisions]


def mutants(document: Document) -> Iterator[tuple[str, Document]]:
    """Each change that removes or widens one thing, and the changed document.

    A change removes a statement, a condition, or one of several actions, principals, resources or
    values. Or it widens a statement to all actions of the service, every principal, every resource,
    or every name that begins like the secret's.
    """
    for number, statement in enumerate(document["Statement"]):
        yield (f"{statement['Sid']}: removed", _without(document, number))
        for change, mutant in _changes(statement):
            mutated = copy.deepcopy(dict(document))
            mutated["Statement"][number] = mutant
            yield f"{statement['Sid']}: {change}", mutated


def _changes(statement: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    allows = statement["Effect"] == "Allow"
    actions = _list(statement["Action"])
    for action in actions if len(actions) > 1 else []:
        yield f"without {action}", {**statement, "Action": [a for a in actions if a != action]}
    everything = f"{actions[0].split(':')[0]}:*"
    if allows and actions != [everything]:
        yield f"allows {everything}", {**statement, "Action": everything}

    principal = statement.get("Principal", "*")
    if allows and principal != "*":
        ((kind, value),) = principal.items()
        arns = _list(value)
        for arn in arns if len(arns) > 1 else []:
            others = [other for other in arns if other != arn]
            yield f"without {arn}", {**statement, "Principal": {kind: others}}
        yield "allows everybody", {**statement, "Principal": "*"}

    resources = _list(statement["Resource"])
    if resources != ["*"]:
        yield "allows every resource", {**statement, "Resource": "*"}
        for change, fewer in _values(resources):
            yield f"resource {change}", {**statement, "Resource": fewer}

    conditions = statement.get("Condition", {})
    for operator, keys in conditions.items():
        for key, value in keys.items():

            def with_keys(keys: Mapping[str, Any], operator: str = operator) -> Mapping[str, Any]:
                changed = {**conditions, operator: keys}
                return {**statement, "Condition": {name: it for name, it in changed.items() if it}}

            without = {name: other for name, other in keys.items() if name != key}
            yield f"without {operator} {key}", with_keys(without)
            for change, values in _values(_list(value)):
                yield f"{operator} {key} {change}", with_keys({**keys, key: values})


def _values(values: list[str]) -> Iterator[tuple[str, list[str]]]:
    for value in values if len(values) > 1 else []:
        yield f"without {value}", [other for other in values if other != value]
    for value in values:
        if value.endswith("??????"):
            wider = value.replace("??????", "*")
            yield f"{wider} for {value}", [wider if other == value else other for other in values]


def _without(document: Document, number: int) -> Document:
    statements = list(document["Statement"])
    del statements[number]
    # A policy without a statement is not valid. So this one only denies an account that never asks.
    nobody = {**document["Statement"][number], "Sid": "Nothing", "Effect": "Deny"}
    nobody["Condition"] = {"StringEquals": {"aws:PrincipalAccount": "000000000000"}}
    return {**document, "Statement": statements or [nobody]}


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _document(case: Case, name: str) -> Document:
    policies = vocabulary()["policies"]
    if name in policies:
        return {"Version": "2012-10-17", "Statement": policies[name]}
    return case.documents[name]


def _account(arn: str) -> str:
    return arn.split(":")[4] if arn.count(":") > 4 else ""


def _by_secrets_manager(context: Mapping[str, str], secret_arn: str) -> dict[str, str]:
    """Context of Secrets Manager's KMS call for the caller: the caller's, without network keys."""
    return {
        **context,
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "true",
        "aws:SourceIp": "",
        "aws:SourceVpce": "",
        "kms:ViaService": f"secretsmanager.{secret_arn.split(':')[3]}.amazonaws.com",
        "kms:EncryptionContext:SecretARN": secret_arn,
    }
