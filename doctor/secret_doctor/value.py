"""The value: whether the caller can read it, and whether it suits its engine. Never shows it.

JSON structure: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from secret_doctor import errors, lookup, secret
from secret_doctor.aws import Subject
from secret_doctor.findings import Fact, Finding, Severity

REQUIRED = ("username", "password", "host")
# Further fields of each engine. The names are those of the JSON (mongo is DocumentDB). Aurora also
# has RDS's names, which AWS's rotation functions accept.
ENGINES: Mapping[str, tuple[str, ...]] = {
    "aurora-mysql": (),
    "aurora-postgresql": (),
    "db2": ("masterarn",),
    "mariadb": (),
    "mongo": (),
    "mysql": (),
    "oracle": ("dbname",),
    "postgres": (),
    "redshift": (),
    "sqlserver": (),
}
# Field names that AWS documents. The name of another field can itself be a secret.
DOCUMENTED = {
    *("engine", *REQUIRED, "port", "dbname", "ssl", "masterarn"),
    *("dbInstanceIdentifier", "dbClusterIdentifier"),
}


def check(subject: Subject) -> Iterator[Fact | Finding]:
    """Read the value as an application does."""
    try:
        value = subject.aws.secretsmanager.get_secret_value(SecretId=subject.name)
    except ClientError as error:
        yield unreadable(subject, error)
        return
    if "SecretString" not in value:
        yield Fact("Value", "binary, can be read")
        return
    try:
        document = json.loads(value["SecretString"])
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        yield Fact("Value", describe(document))
        yield from fields(subject, document)
    else:
        yield Fact("Value", "text, can be read")
        yield not_an_object(subject, value["SecretString"])


def unreadable(subject: Subject, error: ClientError) -> Finding:
    """Why GetSecretValue failed."""
    text = errors.message(error)
    denial = errors.Denial.parse(error)
    if "default KMS service key" in text:
        return Finding(
            id="key-aws-managed",
            severity=Severity.ERROR,
            title="Key cannot be used from another account",
            explanation="The secret is encrypted with the AWS managed key aws/secretsmanager, "
            "which no other account can use, regardless of the policies.",
            advice="Encrypt it with a customer managed key: remove key.aws_managed, and name "
            "the caller's role in access.readers.",
        )
    if "Access to KMS is not allowed" in text or (denial and denial.of_key):
        return key_denied(subject, text, denial)
    if denial:
        return denial.finding()
    if errors.code(error) == "ResourceNotFoundException":
        if not (subject.description or "staging label" in text):
            return lookup.not_found(
                subject.aws,
                subject.name,
                "not-found",
                "GetSecretValue does not find it.",
                "Check the name, the region and the account. If the caller can call "
                "secretsmanager:DescribeSecret, the doctor also searches other regions.",
            )
        return Finding(
            id="no-value",
            severity=Severity.ERROR,
            title="No value yet",
            explanation="The secret exists, but no version has the staging label AWSCURRENT.",
            advice="Store a value. Set database, key_values_wo or secret_string_wo of this module "
            "instead of create_value = false, or call put-secret-value. If it had a value before, "
            "see `aws secretsmanager list-secret-version-ids --include-deprecated --secret-id "
            f"{subject.arn}`.",
        )
    if errors.code(error) == "InvalidRequestException" and "deletion" in text:
        return secret.scheduled_for_deletion(subject)
    if errors.code(error) == "DecryptionFailure":
        return Finding(
            id="decryption-failed",
            severity=Severity.ERROR,
            title="Value cannot be decrypted",
            explanation="Secrets Manager could not decrypt the value with the secret's key.",
            advice="Check that the key is enabled and not pending deletion. Other findings show "
            "this, if the caller can describe the key.",
        )
    return errors.not_checked("the value", error)


def key_denied(subject: Subject, text: str, denial: errors.Denial | None) -> Finding:
    """The caller can read the secret, but not use its key."""
    key_account = account(subject.description.get("KmsKeyId", ""))
    if key_account and key_account != account(subject.arn):
        return Finding(
            id="key-in-another-account",
            severity=Severity.ERROR,
            title="Key of another account cannot be used",
            explanation=f"The secret's key belongs to account {key_account}. Its use through "
            "Secrets Manager is denied. Two policies must allow it: the key's policy and the "
            "caller's policy.",
            advice="Add this module's output key_policy_statements_json to the policy of the key, "
            "and policies_json.reader, which allows kms:Decrypt on its ARN, to the caller's role.",
        )
    if denial and denial.of_key:
        return denial.finding()
    if "not encrypted with the current KMS key" in text:
        return Finding(
            id="version-under-old-key",
            severity=Severity.ERROR,
            title="Value is encrypted with an earlier key",
            explanation="The key of the secret changed after this version was stored. The caller "
            "cannot use the previous key.",
            advice="As an identity that can use both keys, run `aws secretsmanager update-secret "
            f"--secret-id {subject.arn} --kms-key-id KEY`. It re-encrypts the current version.",
        )
    return Finding(
        id="denied-kms",
        severity=Severity.ERROR,
        title="Key cannot be used",
        explanation="The caller can read the secret, but cannot decrypt with its key. Or the key "
        "is not enabled.",
        advice="Let the caller's policy and the key's policy allow kms:Decrypt through "
        "secretsmanager. policies_json.reader allows it. To the policy of an existing key, add "
        "key_policy_statements_json. See the findings about the key as well.",
    )


def describe(document: Mapping[str, Any]) -> str:
    """Names of the documented fields and the length of the password, without values."""
    names = sorted(document.keys() & (DOCUMENTED - {"password"}))
    if others := len(document.keys() - DOCUMENTED):
        names.append(f"fields with other names: {others}")
    lines = [f"JSON with {', '.join(names)}"]
    if isinstance(document.get("password"), str):
        lines.append(f"password = •••••••• ({len(document['password'])} characters)")
    return "\n".join(lines)


def fields(subject: Subject, document: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether the value has the fields that the engine needs."""
    # AWS's functions recognize a database by it. Other rotated values, such as API keys, lack it.
    is_rotated_database = "RotationLambdaARN" in subject.description and "host" in document
    if "engine" not in document and not is_rotated_database:
        return
    engine = str(document.get("engine"))
    if engine not in ENGINES:
        yield Finding(
            id="value-unknown-engine",
            severity=Severity.WARNING,
            title="Value names no engine that AWS knows",
            explanation="Rotation and the console recognize the database by the field engine. It "
            f"is missing, or is none of {', '.join(ENGINES)}.",
            advice="Set database.engine of this module, or store the field with the next value.",
        )
        return
    missing = [name for name in (*REQUIRED, *ENGINES[engine]) if not document.get(name)]
    if not _is_port(document.get("port", 1)):
        missing.append("port as a number from 1 to 65535")
    if missing:
        yield Finding(
            id="value-lacks-fields",
            severity=Severity.ERROR if subject.rotates else Severity.WARNING,
            title="Value lacks fields",
            explanation=f"A secret for {engine} needs {', '.join(missing)}. Without these fields, "
            "clients or rotation cannot connect. Names of fields are case-sensitive.",
            advice="Set them in the input database of this module. The password does not change.",
        )


def not_an_object(subject: Subject, text: str) -> Finding:
    """A plain text value: wrong for rotation, or if it was meant to be JSON; otherwise fine."""
    meant = text.lstrip().startswith("{")
    return Finding(
        id="value-not-json",
        severity=Severity.WARNING if meant or subject.rotates else Severity.NOTE,
        title="Value is not a JSON object",
        explanation="ECS, CloudFormation or a client that parses it cannot read single fields. No "
        "function of AWS or of this project rotates it."
        + (" It begins like JSON: a shell possibly removed its quotes." if meant else ""),
        advice="If plain text is correct, leave it. Otherwise store JSON with the input "
        "database or key_values_wo of this module, or with `put-secret-value --secret-string "
        "file://FILE`.",
    )


def account(arn: str) -> str:
    """Account of an ARN; empty if the text is not an ARN."""
    found = re.match(r"arn:[\w-]+:[\w-]+:[\w-]+:(\d+):", arn)
    return found[1] if found else ""


def _is_port(port: object) -> bool:
    return str(port).isdecimal() and 1 <= int(str(port)) <= 65535
