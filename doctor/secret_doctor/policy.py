"""Resource policies: what their statements say, as far as that can be told without a caller."""

import fnmatch
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from secret_doctor.aws import Subject
from secret_doctor.findings import Fact, Finding, Severity
from secret_doctor.public_policy import is_public

Statement: TypeAlias = Mapping[str, Any]

# AWS shows the unique id of a user or role in place of its ARN once that is deleted.
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,}")


def check(subject: Subject) -> Iterator[Fact | Finding]:
    """The secret's resource policy."""
    answer = subject.aws.secretsmanager.get_resource_policy(SecretId=subject.arn)
    found = statements(answer.get("ResourcePolicy"))
    yield Fact("Resource policy", "\n".join(map(summary, found)) or "none")
    for statement in found:
        yield from public(statement)
        yield from deleted_principals(subject, statement)
    if not any(_denies_without_tls(statement) for statement in found):
        yield Finding(
            id="policy-lacks-tls",
            severity=Severity.NOTE,
            title="Resource policy does not insist on TLS",
            explanation="No statement denies requests without TLS. Secrets Manager offers nothing "
            "else, so nobody gets in by it; auditors ask for the statement all the same.",
            advice="This module attaches it to each secret (DenyRequestsWithoutTLS).",
        )


def statements(document: str | None) -> list[Statement]:
    """Statements of a policy document in JSON; none without a document."""
    return _list(json.loads(document)["Statement"]) if document else []


def summary(statement: Statement) -> str:
    """Effect, name, actions and kinds of condition of a statement, on a line."""
    conditions = [f"{operator} {key}" for operator, key, _ in _conditions(statement)]
    actions = ", ".join(_list(statement.get("Action", f"not {statement.get('NotAction')}")))
    return " ".join(
        [statement["Effect"], f"{statement.get('Sid', '(no Sid)')}:", actions]
        + ([f"if {' and '.join(conditions)}"] if conditions else [])
    )


def public(statement: Statement) -> Iterator[Finding]:
    """Whether the statement lets everybody in."""
    if is_public(statement):
        yield Finding(
            id="policy-public",
            severity=Severity.ERROR,
            title="Resource policy lets everybody in",
            explanation=f"{summary(statement)}: it is for everybody, and no condition confines it "
            "to an account, an organization, a principal, a source or a VPC.",
            advice="Name the roles that may read: access.readers of this module, which also blocks "
            "such policies. Then see in CloudTrail who has read the value, and store a new one.",
        )


def deleted_principals(subject: Subject, statement: Statement) -> Iterator[Finding]:
    """Whether the statement names somebody who was deleted."""
    deleted = [each for each in _principals(statement) if _UNIQUE_ID.fullmatch(each)]
    if deleted:
        advice = "terraform apply: the next plan puts the ARN back, if the role is there again."
        if isinstance(statement["Principal"]["AWS"], str):
            # https://github.com/hashicorp/terraform-provider-aws/issues/29496
            advice = (
                "Terraform can neither plan nor destroy here: its provider finds the policy to "
                'have "invalid principals", since the id is no list. Delete the policy, then let '
                "Terraform attach it anew at once: aws secretsmanager delete-resource-policy "
                f"--secret-id {subject.arn} && terraform apply. Until then only IAM decides."
            )
        yield Finding(
            id="policy-names-deleted-principal",
            severity=Severity.WARNING,
            title="Resource policy names a role or user that was deleted",
            explanation=f"{summary(statement)}: its principal is {', '.join(deleted)}. A new one "
            "of the same name is another to AWS, and the statement does not concern it.",
            advice=advice,
        )


def allows(found: list[Statement], action: str, arn: str) -> bool:
    """Whether a policy may allow the action; conditions and principals are taken to be met.

    A Deny counts if it has no condition.
    """
    covering = [each for each in found if _covers(each, action, arn)]
    denied = any(each["Effect"] == "Deny" and not each.get("Condition") for each in covering)
    return not denied and any(each["Effect"] == "Allow" for each in covering)


def _covers(statement: Statement, action: str, arn: str) -> bool:
    return _names(statement, "Action", action.lower(), str.lower) and _names(
        statement, "Resource", arn, str
    )


def _names(statement: Statement, element: str, value: str, normal: Callable[[str], str]) -> bool:
    """Whether an element, or its opposite, names the value by a pattern of IAM.

    `*` and `?` are special there, and unlike in fnmatch no bracket.
    """
    negated = f"Not{element}" in statement
    patterns = map(normal, _list(statement.get(f"Not{element}" if negated else element, "*")))
    matched = any(fnmatch.fnmatchcase(value, each.replace("[", "[[]")) for each in patterns)
    return matched != negated


def _conditions(statement: Statement) -> Iterator[tuple[str, str, list[Any]]]:
    """Operator, key and values of each condition. IAM knows both names in any case."""
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield operator, key, _list(values)


def _denies_without_tls(statement: Statement) -> bool:
    return statement["Effect"] == "Deny" and any(
        operator.lower() in ("bool", "boolifexists")
        and key.lower() == "aws:securetransport"
        and [str(value).lower() for value in values] == ["false"]
        for operator, key, values in _conditions(statement)
    )


def _principals(statement: Statement) -> list[str]:
    principal = statement.get("Principal", {})
    return [principal] if isinstance(principal, str) else _list(principal.get("AWS", []))


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - what IAM lets stand alone or in a list
    return value if isinstance(value, list) else [value]
