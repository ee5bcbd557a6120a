"""Resource policies: what their statements mean, as far as this is known without a caller."""

import fnmatch
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from secret_doctor.aws import Subject
from secret_doctor.findings import Fact, Finding, Severity
from secret_doctor.public_policy import is_public

Statement: TypeAlias = Mapping[str, Any]

# After a user or role is deleted, AWS shows its unique id instead of its ARN.
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
            title="Resource policy does not require TLS",
            explanation="No statement denies requests without TLS. Secrets Manager accepts only "
            "TLS, so this is no way in. But auditors require the statement.",
            advice="This module attaches the statement to each secret (DenyRequestsWithoutTLS).",
        )


def statements(document: str | None) -> list[Statement]:
    """Statements of a policy document in JSON; empty without a document."""
    return _list(json.loads(document)["Statement"]) if document else []


def summary(statement: Statement) -> str:
    """Effect, name, actions and conditions of a statement, on one line."""
    conditions = [f"{operator} {key}" for operator, key, _ in _conditions(statement)]
    actions = ", ".join(_list(statement.get("Action", f"not {statement.get('NotAction')}")))
    return " ".join(
        [statement["Effect"], f"{statement.get('Sid', '(no Sid)')}:", actions]
        + ([f"if {' and '.join(conditions)}"] if conditions else [])
    )


def public(statement: Statement) -> Iterator[Finding]:
    """Whether the statement is public."""
    if is_public(statement):
        yield Finding(
            id="policy-public",
            severity=Severity.ERROR,
            title="Resource policy is public",
            explanation=f"{summary(statement)}: the statement allows all principals. No condition "
            "restricts it to an account, an organization, a principal, a source or a VPC.",
            advice="Name the roles that can read in access.readers of this module. The module also "
            "blocks such policies. Then look up in CloudTrail who has read the value, and store a "
            "new value.",
        )


def deleted_principals(subject: Subject, statement: Statement) -> Iterator[Finding]:
    """Whether the statement names a deleted role or user."""
    deleted = [each for each in _principals(statement) if _UNIQUE_ID.fullmatch(each)]
    if deleted:
        advice = "If the role exists again, run terraform apply: it restores the ARN."
        if isinstance(statement["Principal"]["AWS"], str):
            # https://github.com/hashicorp/terraform-provider-aws/issues/29496
            advice = (
                "Terraform cannot plan or destroy here. Its provider reports that the policy has "
                '"invalid principals", because the id is a single string and not a list. Delete '
                "the policy, and let Terraform attach it again: aws secretsmanager "
                f"delete-resource-policy --secret-id {subject.arn} && terraform apply. Between the "
                "two commands only IAM policies decide."
            )
        yield Finding(
            id="policy-names-deleted-principal",
            severity=Severity.WARNING,
            title="Resource policy names a deleted role or user",
            explanation=f"{summary(statement)}: its principal is {', '.join(deleted)}. For AWS, a "
            "new role or user of the same name is another one. The statement does not apply to it.",
            advice=advice,
        )


def allows(found: list[Statement], action: str, arn: str) -> bool:
    """Whether a policy can allow the action. This assumes matching conditions and principals.

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
    """Whether an element, or its negation, matches the value by an IAM pattern.

    IAM has the wildcards `*` and `?`. Unlike fnmatch, it has no brackets.
    """
    negated = f"Not{element}" in statement
    patterns = map(normal, _list(statement.get(f"Not{element}" if negated else element, "*")))
    matched = any(fnmatch.fnmatchcase(value, each.replace("[", "[[]")) for each in patterns)
    return matched != negated


def _conditions(statement: Statement) -> Iterator[tuple[str, str, list[Any]]]:
    """Operator, key and values of each condition. IAM accepts both names in any case."""
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


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - IAM accepts a single value or a list
    return value if isinstance(value, list) else [value]
