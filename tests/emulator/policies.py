"""Resource policies in LocalStack: those that AWS refuses, and how deleted principals appear."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.iam.models import iam_backends

from secret_doctor.public_policy import is_public

VERSIONS = ("2008-10-17", "2012-10-17")
UNIQUE_IDS = ("AROA", "AIDA")  # of roles and users


class PolicyError(ValueError):
    """A policy that AWS refuses; the message says why."""


class Policy:
    """A policy as it was put, with the unique ids that its principals had then.

    Raises PolicyError for a policy that AWS calls malformed.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._statements = list(_checked_statements(text))
        principals = [name for each in self._statements for name in _aws_principals(each)]
        for principal in principals:
            if principal.startswith(UNIQUE_IDS):
                raise PolicyError(
                    f"This resource policy contains an invalid principal: {principal}"
                )
        self._ids = {arn: found for arn in principals if (found := unique_id(arn))}

    def text(self) -> str:
        """The policy as AWS shows it: a deleted principal appears as its unique id.

        A principal that was deleted and created again under the same name counts as deleted too.
        """
        gone = {arn: old for arn, old in self._ids.items() if unique_id(arn) != old}
        if not gone:
            return self._text
        policy = json.loads(self._text)
        for statement in _listed(policy["Statement"]):
            for kind in ("Principal", "NotPrincipal"):
                named = statement.get(kind)
                if isinstance(named, dict) and "AWS" in named:
                    names = named["AWS"]
                    named["AWS"] = (
                        gone.get(names, names)
                        if isinstance(names, str)
                        else [gone.get(name, name) for name in names]
                    )
        return json.dumps(policy)

    def is_public(self) -> bool:
        """Whether a statement allows everyone, without a condition that restricts it.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
        """
        return any(map(is_public, self._statements))


def unique_id(arn: str) -> str | None:
    """Unique id of the role or user that has this ARN now."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] != "iam" or not parts[5].startswith(("role/", "user/")):
        return None
    backend = iam_backends[parts[4]][parts[1]]
    for each in (*backend.roles.values(), *backend.users.values()):
        if each.arn == arn:
            return str(each.id)
    return None


def _checked_statements(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        policy = json.loads(text)
    except ValueError:
        raise PolicyError("This resource policy contains invalid Json.") from None
    if not isinstance(policy, dict) or not policy.get("Statement"):
        raise PolicyError("This resource policy contains no statement.")
    if policy.get("Version", VERSIONS[0]) not in VERSIONS:
        raise PolicyError(f"The policy's version is none of {', '.join(VERSIONS)}.")
    for statement in _listed(policy["Statement"]):
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise PolicyError("A statement's Effect is neither Allow nor Deny.")
        for one, other in (("Principal", "NotPrincipal"), ("Action", "NotAction")):
            if (one in statement) == (other in statement):
                raise PolicyError(f"A statement has not exactly one of {one} and {other}.")
        yield statement


def _aws_principals(statement: Mapping[str, Any]) -> list[str]:
    named = statement.get("Principal", statement.get("NotPrincipal"))
    return _listed(named.get("AWS", []) if isinstance(named, dict) else named)


def _listed(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else [value]
