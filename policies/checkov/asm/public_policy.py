"""Finds public policy statements: they allow all principals, and no condition restricts them.

Secrets Manager does not document which policies it blocks as public. So this follows S3:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html

S3 also accepts aws:SourceIp, up to a /8. This does not, because an address does not identify the
caller.

policies/checkov/asm has a copy of this file, because checkov loads only that folder.
"""

import re
from collections.abc import Mapping
from typing import Any

# Keys for the caller, its service or its VPC. Left out: aws:VpcSourceIp, because VPCs share
# addresses; aws:SourceVpcArn and aws:Vpce*, which Secrets Manager does not support.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
KEYS = {
    *("aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths"),
    *("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"),
    *("aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "kms:calleraccount"),
}

# A request without the key meets a condition with ForAllValues or IfExists.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
OPERATOR = re.compile(
    "(?:foranyvalue:)?(?:stringequals|stringequalsignorecase|stringlike|arnequals|arnlike)", re.I
)

# A wildcard or a policy variable is safe only after a fixed account or organization. Before the
# account of an ARN, `*` also matches colons, and anyone can choose the path of a role.
_FIXED = re.compile(r"[^*?$]+|arn:(?:[^:*?$]*:){3}[0-9]{12}:.*|o-[a-z0-9]+/.*")


def is_public(statement: Mapping[str, Any]) -> bool:
    """Whether the statement allows `*`, or NotPrincipal, and no condition restricts it."""
    everybody = "*" in _principals(statement.get("Principal")) or statement.get("NotPrincipal")
    return bool(statement.get("Effect") == "Allow" and everybody) and not any(
        _confines(operator, key, _list(values))
        for operator, keys in _items(statement.get("Condition"))
        for key, values in _items(keys)
    )


def _confines(operator: str, key: str, values: list[Any]) -> bool:
    return (
        key.lower() in KEYS
        and bool(OPERATOR.fullmatch(operator))
        and all(_FIXED.fullmatch(str(value)) for value in values)
    )


def _principals(principal: Any) -> list[Any]:  # noqa: ANN401 - JSON
    if isinstance(principal, Mapping):
        return [name for names in principal.values() for name in _list(names)]
    return [principal]


def _items(value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - JSON
    return list(value.items()) if isinstance(value, Mapping) else []


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - what IAM takes as a text or in a list
    return value if isinstance(value, list) else [value]
