"""Policy statements that are public or not, to test everything that detects public policies.

AWS documents for S3 which values are fixed, and for IAM how conditions work:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import re
from typing import Any

type Statement = dict[str, Any]

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
ORGANIZATION = "o-a1b2c3d4e5"
PATH = f"{ORGANIZATION}/r-ab12/ou-ab12-11111111/"
# A fixed value of each condition key that restricts access.
FIXED = {
    "aws:PrincipalAccount": ACCOUNT,
    "aws:PrincipalArn": ROLE,
    "aws:PrincipalOrgID": ORGANIZATION,
    "aws:PrincipalOrgPaths": PATH,
    "aws:SourceAccount": ACCOUNT,
    "aws:SourceArn": "arn:aws:s3:::bucket",
    "aws:SourceOrgID": ORGANIZATION,
    "aws:SourceOrgPaths": PATH,
    "aws:SourceOwner": ACCOUNT,
    "aws:SourceVpc": "vpc-0a1b2c3d",
    "aws:SourceVpce": "vpce-0a1b2c3d",
    "aws:userid": "AIDAEXAMPLEEXAMPLE123",
    "kms:CallerAccount": ACCOUNT,
}
# Anyone can have these values, the resource has them, or Secrets Manager does not know the key.
LOOSE = {
    "aws:PrincipalTag/Team": "orders",
    "aws:PrincipalType": "AssumedRole",
    "aws:username": "reader",
    "aws:SourceIdentity": "reader",
    "aws:ResourceAccount": ACCOUNT,
    "aws:ResourceOrgID": ORGANIZATION,
    "aws:VpceAccount": ACCOUNT,
    "aws:VpceOrgID": ORGANIZATION,
    "aws:SourceVpcArn": f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/vpc-0a1b2c3d",
    "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
}
OPERATORS = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike")
# These also match a request without the key, or they compare differently.
LOOSE_OPERATORS = (
    *(f"ForAllValues:{each}" for each in OPERATORS),
    *(f"{each}IfExists" for each in OPERATORS),
    *("ForAnyValue:StringEqualsIfExists", "StringNotEquals", "StringNotLike", "ArnNotEquals"),
    *("ArnNotLike", "ForAnyValue:StringNotLike", "StringNotEqualsIgnoreCase"),
)
# A wildcard or a variable is in a part that anyone can match.
LOOSE_ROLES = {
    "any account": "arn:aws:iam::*:role/reader",
    "one digit of any account": "arn:aws:iam::11112222333?:role/reader",
    "the account of the principal": "arn:aws:iam::${aws:PrincipalAccount}:role/reader",
    # With StringLike, the path of a role in any account can hold the rest.
    "a wildcard before the account": f"arn:*:iam::{ACCOUNT}:role/reader",
    "no account": "arn:aws:s3:::bucket*",
    "an account with more": "arn:aws:iam::1111222233334:role/*",
    "nothing": "",
}


def _statement(**parts: object) -> Statement:
    given = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue"} | parts
    return {name: value for name, value in given.items() if value is not None} | {"Resource": "*"}


def _when(operator: str, key: str, value: object) -> Statement:
    return _statement(Condition={operator: {key: value}})


_NOT_PUBLIC = {
    **{f"fixed {key}": _when("StringEquals", key, value) for key, value in FIXED.items()},
    **{f"role by {name}": _when(name, "aws:PrincipalArn", ROLE) for name in OPERATORS},
    **{
        f"any {name}": _when(f"ForAnyValue:{name}", "aws:SourceOrgPaths", PATH)
        for name in OPERATORS
    },
    "key in upper case": _when("StringEquals", "AWS:SOURCEORGPATHS", PATH),
    "operator in lower case": _when("stringequals", "aws:SourceOrgPaths", PATH),
    "two accounts": _when("StringEquals", "aws:PrincipalAccount", [ACCOUNT, "444455556666"]),
    "account as a number": _when("StringEquals", "aws:PrincipalAccount", int(ACCOUNT)),
    "roles of an account": _when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*"),
    "roles by tag": _when("ArnLike", "aws:PrincipalArn", ROLE + "${aws:PrincipalTag/Team}"),
    "paths": _when("ForAnyValue:StringLike", "aws:SourceOrgPaths", f"{ORGANIZATION}/r-ab12/*"),
    "two conditions": _statement(
        Condition={
            "Bool": {"aws:SecureTransport": "true"},
            "StringLike": {"aws:PrincipalTag/Team": "*", "aws:PrincipalOrgID": ORGANIZATION},
        }
    ),
    "denial": _statement(Effect="Deny"),
    "denial to all others": _statement(Effect="Deny", Principal=None, NotPrincipal={"AWS": ROLE}),
    "role": _statement(Principal={"AWS": ROLE}),
    "two roles": _statement(Principal={"AWS": [ROLE, f"{ROLE}-2"]}),
    "service": _statement(Principal={"Service": "appflow.amazonaws.com"}),
    "all others of an organization": _statement(
        Principal=None,
        NotPrincipal={"AWS": ROLE},
        Condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
    ),
}
_PUBLIC = {
    "everybody": _statement(),
    "everybody of AWS": _statement(Principal={"AWS": "*"}),
    "everybody in a list": _statement(Principal={"AWS": [ROLE, "*"]}),
    "every service": _statement(Principal={"Service": "*"}),
    "all others": _statement(Principal=None, NotPrincipal={"AWS": ROLE}),
    **{f"all {key}": _when("StringLike", key, "*") for key in FIXED},
    **{f"loose {key}": _when("StringEquals", key, value) for key, value in LOOSE.items()},
    **{f"by {name}": _when(name, "aws:PrincipalArn", ROLE) for name in LOOSE_OPERATORS},
    **{
        f"role of {of}": _when("StringLike", "aws:PrincipalArn", r) for of, r in LOOSE_ROLES.items()
    },
    "wildcard that is compared": _when("StringEquals", "aws:PrincipalOrgID", "*"),
    "organizations by a wildcard": _when("StringLike", "aws:PrincipalOrgID", "o-*"),
    "paths by a wildcard": _when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-*/r-ab12/"),
    "fixed and not": _when("StringLike", "aws:PrincipalAccount", [ACCOUNT, "*"]),
    "key that is there": _when("Null", "aws:PrincipalOrgID", "false"),
    "addresses": _when("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
    "addresses of a VPC": _when("IpAddress", "aws:VpcSourceIp", "10.0.0.0/8"),
    "transport": _when("Bool", "aws:SecureTransport", "true"),
}


def _with_sids(statements: dict[str, Statement]) -> dict[str, Statement]:
    named = {re.sub(r"[^A-Za-z0-9]", "", name): each for name, each in statements.items()}
    assert len(named) == len(statements)
    return {sid: {"Sid": sid} | statement for sid, statement in named.items()}


# Statements by Sid.
NOT_PUBLIC = _with_sids(_NOT_PUBLIC)
PUBLIC = _with_sids(_PUBLIC)
