"""Lint finds a typo anywhere in a policy, and finds nothing in a policy without typos."""

import copy
from typing import Any

import pytest

from iam.engine import Document, lint

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:orders/database-??????"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
VIA_SECRETS_MANAGER = {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


SECRET_POLICY = policy(
    {
        "Sid": "Readers",
        "Effect": "Allow",
        "Principal": {"AWS": [ROLE, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT]},
        "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    },
    {
        "Sid": "Flows",
        "Effect": "Allow",
        "Principal": {"Service": "appflow.amazonaws.com"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    },
    {
        "Sid": "OtherNetworks",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "secretsmanager:*",
        "Resource": "*",
        "Condition": {
            "StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"},
            "Bool": {"aws:ViaAWSService": "false", "aws:SecureTransport": "true"},
            "ArnNotEquals": {"aws:PrincipalArn": ROLE},
            "ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "o-1/*"},
        },
    },
)
KEY_POLICY = policy(
    {
        "Sid": "Account",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    },
    {
        "Sid": "OtherSecrets",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {
            "StringNotEquals": VIA_SECRETS_MANAGER,
            "StringNotLike": {"kms:EncryptionContext:SecretARN": SECRET},
        },
    },
)
IDENTITY_POLICY = policy(
    {
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": SECRET,
        "Condition": {
            "StringEquals": {
                "secretsmanager:VersionStage": "AWSCURRENT",
                "aws:ResourceTag/Team": "${aws:PrincipalTag/Team}",
            }
        },
    },
    {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": KEY,
        "Condition": {"StringEquals": VIA_SECRETS_MANAGER},
    },
    {
        "Effect": "Allow",
        "Action": [
            "secretsmanager:BatchGetSecretValue",
            "secretsmanager:ListSecrets",
            "secretsmanager:GetRandomPassword",
        ],
        "Resource": "*",
    },
)
ENDPOINT_POLICY = policy(
    {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["secretsmanager:GetSecretValue", "secretsmanager:List*"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {"aws:ResourceOrgID": "o-1", "aws:PrincipalAccount": ACCOUNT}
        },
    }
)
DOCUMENTS = {
    "secret": SECRET_POLICY,
    "key": KEY_POLICY,
    "identity": IDENTITY_POLICY,
    "endpoint": ENDPOINT_POLICY,
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_policy_in_order_has_no_faults(document: Document) -> None:
    assert lint(document) == []


@pytest.mark.parametrize("statements", [{}, []], ids=["one", "none"])
def test_a_document_without_statement_or_version_has_faults(statements: object) -> None:
    assert any("Version" in fault for fault in lint({"Statement": statements}))
    assert lint({"Statement": statements})[1:]
    assert "Effect is neither Allow nor Deny" in " ".join(lint(policy({})))


# A policy, the number of a statement, the elements to change in it, and the finding of lint.
TYPOS = [
    ("key", 0, {"Effect": "allow"}, "Account: Effect is neither Allow nor Deny"),
    ("key", 0, {"Sid": "OtherSecrets"}, "duplicate Sid OtherSecrets"),
    ("key", 0, {"Conditions": {}}, "Account: unknown element Conditions"),
    ("key", 0, {"Action": "kms:Decrpyt"}, "Account: unknown action kms:Decrpyt"),
    ("key", 0, {"Action": "kmss:*"}, "Account: unknown action kmss:*"),
    ("key", 0, {"Action": "kms:Genrate*"}, "Account: unknown action kms:Genrate*"),
    ("key", 0, {"NotAction": "kms:Decrypt"}, "Account: not one of Action and NotAction"),
    ("key", 0, {"NotResource": KEY}, "Account: not one of Resource and NotResource"),
    ("key", 0, {"NotPrincipal": "*"}, "Account: NotPrincipal: write ArnNotEquals on"),
    ("key", 0, {"Principal": "app"}, "Account: app names no principal of the kind AWS"),
    ("key", 0, {"Principal": {"aws": ROLE}}, "Account: unknown kind of principal aws"),
    ("key", 0, {"Principal": {"AWS": f"{ROLE}*"}}, f"Account: {ROLE}* names no principal"),
    (
        "secret",
        1,
        {"Principal": {"Service": "appflow.amazonaw.com"}},
        "Flows: appflow.amazonaw.com names no principal of the kind Service",
    ),
    (
        "secret",
        0,
        {"Action": ["secretsmanager:GetSecretValu"]},
        "Readers: unknown action secretsmanager:GetSecretValu",
    ),
    (
        "secret",
        0,
        {"Condition": {"StringEqual": {"aws:PrincipalOrgID": "o-1"}}},
        "Readers: unknown operator StringEqual",
    ),
    (
        "secret",
        0,
        {"Condition": {"ForAllValue:StringEquals": {"aws:TagKeys": "a"}}},
        "Readers: unknown operator ForAllValue:StringEquals",
    ),
    (
        "secret",
        0,
        {"Condition": {"StringEquals": {"aws:PrincipalOrgId1": "o-1"}}},
        "Readers: unknown condition key aws:PrincipalOrgId1",
    ),
    (
        "secret",
        0,
        {"Condition": {"StringEquals": {"secretsmanager:VersionStag": "AWSCURRENT"}}},
        "Readers: unknown condition key secretsmanager:VersionStag",
    ),
    (
        "secret",
        0,
        {"Condition": {"StringNotEquals": VIA_SECRETS_MANAGER}},
        "Readers: kms:ViaService is not sent with its actions",
    ),
    (
        "secret",
        0,
        {"Condition": {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}},
        "Readers: StringEquals on secretsmanager:VersionStage never holds for "
        "secretsmanager:DescribeSecret",
    ),
    (
        "secret",
        0,
        {"Condition": {"StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}}},
        "Readers: aws:PrincipalOrgPaths has several values",
    ),
    (
        "secret",
        0,
        {"Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgID": "o-*"}}},
        "Readers: aws:PrincipalOrgID has one value",
    ),
    (
        "identity",
        0,
        {"Resource": SECRET.replace(":secret:", ":sekret:")},
        "statement 1: secretsmanager:GetSecretValue works on none of its resources",
    ),
    (
        "identity",
        0,
        {"Resource": SECRET.replace("secretsmanager", "secretmanager")},
        "is nothing that its actions work on",
    ),
    (
        "identity",
        2,
        {"Resource": SECRET},
        "statement 3: secretsmanager:BatchGetSecretValue works on none of its resources",
    ),
    (
        "endpoint",
        0,
        {"Condition": {"StringEquals": {"aws:ResourceOrgIDs": "o-1"}}},
        "statement 1: unknown condition key aws:ResourceOrgIDs",
    ),
]


@pytest.mark.parametrize(
    ("name", "number", "typo", "fault"),
    TYPOS,
    ids=[fault for _, _, _, fault in TYPOS],
)
def test_a_typo_is_found(name: str, number: int, typo: dict[str, Any], fault: str) -> None:
    document = copy.deepcopy(DOCUMENTS[name])
    document["Statement"][number] |= typo

    faults = lint(document)

    assert any(fault in found for found in faults), f"lint found only {faults}"
