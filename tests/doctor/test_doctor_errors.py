"""The doctor explains errors that AWS documents and that LocalStack never returns.

Denials: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
KMS: https://repost.aws/knowledge-center/secrets-manager-cross-account-key
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.exceptions import ClientError

from harness.doctor import PASSWORD, VALUE, diagnose, problems, recorded
from harness.proxy import VARIABLES
from secret_doctor import network
from secret_doctor.aws import AWS
from secret_doctor.findings import Report

pytestmark = pytest.mark.usefixtures("own_account")

ACCOUNT = "111122223333"
ARN = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:orders-AbCdEf"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:rotation"
MADE = datetime(2026, 11, 1, tzinfo=UTC)
USER = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/orders/session is not authorized to perform: "
READ = f"{USER}secretsmanager:GetSecretValue on resource: {ARN} "
DECRYPT = f"{USER}kms:Decrypt on resource: arn:aws:kms:us-east-1:{ACCOUNT}:key/1 "
KMS = "Access to KMS is not allowed"
SCP = "arn:aws:organizations::444455556666:policy/o-abcdefghij/service_control_policy/p-12345678"


def description(**more: object) -> dict[str, object]:
    """The answer of DescribeSecret for a sound secret that was created long ago."""
    stages = {"0" * 32: ["AWSCURRENT"]}
    return {
        "ARN": ARN,
        "Name": "orders",
        "CreatedDate": MADE,
        "VersionIdsToStages": stages,
        **more,
    }


def value(**more: object) -> tuple[str, str, Any]:
    """An answer with a sound value."""
    return ("get_secret_value", "", {"ARN": ARN, "Name": "orders", "SecretString": VALUE, **more})


def report(aws: AWS, described: object, read: tuple[str, str, Any], name: str = "orders") -> Report:
    """The doctor's report if Secrets Manager gives these answers."""
    described = described if isinstance(described, tuple) else ("", described)
    answers = [
        ("describe_secret", *described),
        # The doctor makes this call only if DescribeSecret succeeds.
        *[("list_secret_version_ids", "", {"Versions": []})][: not described[0]],
        read,
        ("get_resource_policy", "", {"ARN": ARN, "Name": "orders"}),
    ]
    with recorded(aws.secretsmanager, *answers):
        return diagnose(aws, name)


def denied(message: str, code: str = "AccessDeniedException") -> tuple[str, str, str]:
    """An answer with which GetSecretValue fails."""
    return ("get_secret_value", code, message)


def unless_allowed(policy: str, request: str = READ) -> str:
    """AWS's message for a request that no policy of this type allows."""
    action = "kms:Decrypt" if request == DECRYPT else "secretsmanager:GetSecretValue"
    return f"{request}because no {policy} allows the {action} action"


def explicitly(policy: str, policy_arn: str = "") -> str:
    """AWS's message for a request that a policy of this type denies."""
    article = "an" if policy.startswith("identity") else "a"
    return f"{READ}with an explicit deny in {article} {policy}{policy_arn and f': {policy_arn}'}"


@pytest.mark.parametrize(
    ("message", "finding_id", "told"),
    [
        (
            unless_allowed("identity-based policy"),
            "denied-identity-policy",
            "output policies_json.reader",
        ),
        (
            explicitly("identity-based policy"),
            "denied-identity-policy",
            "statement in the identity-based",
        ),
        (unless_allowed("resource-based policy"), "denied-secret-policy", "access.readers"),
        (explicitly("resource-based policy"), "denied-secret-policy", "statement in the resource"),
        (unless_allowed("VPC endpoint policy"), "denied-endpoint-policy", "policies_json.endpoint"),
        (explicitly("VPC endpoint policy"), "denied-endpoint-policy", "statement in the VPC"),
        (unless_allowed("service control policy"), "denied-scp", "administrators of the AWS"),
        (explicitly("service control policy"), "denied-scp", "statement in the service control"),
        (explicitly("service control policy", SCP), "denied-scp", SCP),
        (explicitly("resource control policy"), "denied-rcp", "statement in the resource control"),
        (unless_allowed("permissions boundary"), "denied-boundary", "Let the permissions boundary"),
        (explicitly("permissions boundary"), "denied-boundary", "statement in the permissions"),
        (unless_allowed("session policy"), "denied-session-policy", "AssumeRole"),
        (explicitly("session policy"), "denied-session-policy", "statement in the session policy"),
        (READ.strip(), "denied", "AWS does not say which policy"),
        (unless_allowed("identity-based policy", DECRYPT), "denied-identity-policy", "kms:Decrypt"),
        (
            unless_allowed("resource-based policy", DECRYPT),
            "denied-key-policy",
            "key_policy_statements_json",
        ),
        (
            f"{DECRYPT}because the resource does not exist in this Region, no resource-based "
            "policies allow access, or a resource-based policy explicitly denies access",
            "denied-key-policy",
            "key_policy_statements_json",
        ),
        (KMS, "denied-kms", "kms:Decrypt"),
        (
            f"{KMS}. This version of secret is not encrypted with the current KMS key.",
            "version-under-old-key",
            "update-secret",
        ),
        (
            "You can't access a secret from a different AWS account if you encrypt the secret with "
            "the default KMS service key.",
            "key-aws-managed",
            "customer managed key",
        ),
    ],
)
def test_a_denial_is_explained_by_the_policy_that_denies(
    message: str, finding_id: str, told: str, aws: AWS
) -> None:
    found = report(aws, description(), denied(message))

    assert problems(found) == [finding_id]
    assert found.exit_code == 1
    assert told in f"{found.findings[0].explanation} {found.findings[0].advice}"


@pytest.mark.parametrize(
    "message",
    [
        KMS,
        unless_allowed("resource-based policy", DECRYPT),
    ],
)
def test_a_key_of_another_account_that_cannot_be_used_is_explained(message: str, aws: AWS) -> None:
    key = "arn:aws:kms:us-east-1:444455556666:key/1"
    keys = ("describe_key", "AccessDeniedException", f"{USER}kms:DescribeKey on resource: {key}")
    with recorded(aws.kms, keys):
        found = report(aws, description(KmsKeyId=key), denied(message))

    assert problems(found) == ["key-in-another-account", "not-checked"]
    assert "444455556666" in found.findings[0].explanation


@pytest.mark.parametrize(
    ("code", "message", "finding_id"),
    [
        ("DecryptionFailure", "", "decryption-failed"),
        ("InternalServiceError", f"something about {PASSWORD}", "not-checked"),
    ],
)
def test_other_failures_to_read_are_explained(
    code: str, message: str, finding_id: str, aws: AWS
) -> None:
    found = report(aws, description(), denied(message, code))

    assert problems(found) == [finding_id]


def test_who_may_not_describe_the_secret_still_hears_of_its_value(aws: AWS) -> None:
    refused = ("AccessDeniedException", f"{USER}secretsmanager:DescribeSecret on resource: {ARN}")

    readable = report(aws, refused, value())
    assert problems(readable) == ["not-checked"]
    assert readable.exit_code == 2

    deleted = "You can't perform this operation on the secret because it was marked for deletion."
    found = report(aws, refused, denied(deleted, "InvalidRequestException"))
    assert problems(found) == ["scheduled-for-deletion", "not-checked"]


def test_who_may_not_describe_the_secret_hears_that_there_is_none(aws: AWS) -> None:
    refused = ("AccessDeniedException", f"{USER}secretsmanager:DescribeSecret on resource: {ARN}")
    missing = "Secrets Manager can't find the specified secret."

    found = report(aws, refused, denied(missing, "ResourceNotFoundException"))
    assert problems(found) == ["not-found", "not-checked"]

    missing = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"
    found = report(aws, refused, denied(missing, "ResourceNotFoundException"))
    assert problems(found) == ["no-value", "not-checked"]


@pytest.mark.parametrize(
    ("client", "operation", "title"),
    [
        ("kms", "describe_key", "Not known: the key"),
        ("ec2", "describe_vpc_endpoints", "Not known: VPC endpoints"),
        ("sts", "get_caller_identity", "Not known: who the caller is"),
    ],
)
def test_a_check_that_is_denied_is_explained_and_stops_no_other(
    client: str, operation: str, title: str, aws: AWS
) -> None:
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
    answers: dict[str, tuple[str, str, Any]] = {
        "kms": (
            "describe_key",
            "",
            {"KeyMetadata": {"KeyId": "1", "Arn": key, "KeyState": "Enabled"}},
        ),
        "ec2": ("describe_vpc_endpoints", "", {"VpcEndpoints": []}),
        "sts": ("get_caller_identity", "", {"Arn": f"arn:aws:iam::{ACCOUNT}:user/somebody"}),
    }
    answers[client] = (operation, "AccessDenied", f"{USER}{client}:Something")
    with ExitStack() as stack:
        for name, answer in answers.items():
            stack.enter_context(recorded(getattr(aws, name), answer))
        found = report(aws, description(KmsKeyId=key), value())

    assert [each.title for each in found.findings if each.id == "not-checked"] == [title]
    assert found.exit_code == 2
    assert {"Key", "Value", "Service", "Resource policy"} <= {fact.name for fact in found.facts}


@pytest.mark.parametrize(
    ("state", "finding_id"),
    [
        ("Disabled", "key-disabled"),
        ("PendingDeletion", "key-pending-deletion"),
        ("PendingReplicaDeletion", "key-pending-deletion"),
        ("PendingImport", "key-unusable"),
        ("Unavailable", "key-unusable"),
    ],
)
def test_a_key_in_a_state_without_use_is_explained(state: str, finding_id: str, aws: AWS) -> None:
    key = {"KeyId": "1", "Arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1", "KeyState": state}
    with recorded(aws.kms, ("describe_key", "", {"KeyMetadata": key})):
        found = report(aws, description(KmsKeyId=key["Arn"]), denied(KMS))

    assert problems(found) == [finding_id, "denied-kms"]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"LastRotatedDate": MADE, "NextRotationDate": datetime(2099, 1, 1, tzinfo=UTC)}, []),
        ({"LastRotatedDate": MADE, "NextRotationDate": MADE}, ["rotation-overdue"]),
        ({"LastRotatedDate": datetime.now(UTC)}, []),
        ({"LastRotatedDate": datetime(2020, 1, 1, tzinfo=UTC)}, ["rotation-overdue"]),
        ({"CreatedDate": datetime(2020, 1, 1, tzinfo=UTC)}, ["rotation-overdue"]),
    ],
    ids=["on time", "past its date", "by its rules", "past its rules", "never rotated"],
)
def test_a_managed_rotation_is_judged_by_its_dates(
    dates: dict[str, object], expected: list[str], aws: AWS
) -> None:
    rules = {"AutomaticallyAfterDays": 30}
    described = description(RotationEnabled=True, RotationRules=rules, **dates)

    assert problems(report(aws, described, value())) == expected


@pytest.mark.parametrize(
    "states", [{"State": "Inactive"}, {"State": "Active", "LastUpdateStatus": "Failed"}]
)
def test_a_rotation_function_that_is_not_ready_is_explained(
    states: dict[str, str], aws: AWS
) -> None:
    policy = (
        '{"Statement": [{"Effect": "Allow", "Principal": {"Service": '
        '"secretsmanager.amazonaws.com"}, "Action": "lambda:InvokeFunction"}]}'
    )
    functions = [
        ("get_function_configuration", "", states),
        ("get_policy", "", {"Policy": policy}),
    ]
    described = description(
        RotationEnabled=True,
        RotationLambdaARN=FUNCTION,
        NextRotationDate=datetime(2099, 1, 1, tzinfo=UTC),
    )
    with recorded(aws.lambda_, *functions):
        found = report(aws, described, value())

    assert problems(found) == ["rotation-function-not-ready"]


def test_a_log_that_may_not_be_read_is_named(aws: AWS) -> None:
    stages = {"0" * 32: ["AWSCURRENT"], "1" * 32: ["rotation-unfinished"]}
    described = description(VersionIdsToStages=stages, RotationLambdaARN=FUNCTION)
    denial = f"{USER}logs:FilterLogEvents on resource: log-group:/aws/lambda/rotation"
    with recorded(aws.logs, ("filter_log_events", "AccessDeniedException", denial)):
        found = report(aws, described, value())

    assert problems(found) == ["rotation-unfinished", "not-checked"]
    assert found.findings[1].title == "Not known: the rotation function's log"


def test_a_replica_that_is_being_made_is_a_note(aws: AWS) -> None:
    replicas = [{"Region": "eu-west-1", "Status": "InProgress"}]

    found = report(aws, description(ReplicationStatus=replicas), value())

    assert "replica-in-progress" in [each.id for each in found.findings]
    assert found.exit_code == 0


def test_an_endpoint_that_waits_to_be_accepted_is_found(aws: AWS) -> None:
    endpoint = {
        "VpcEndpointId": "vpce-1",
        "VpcId": "vpc-1",
        "State": "pendingAcceptance",
        "PrivateDnsEnabled": True,
    }
    with recorded(aws.ec2, ("describe_vpc_endpoints", "", {"VpcEndpoints": [endpoint]})):
        assert problems(report(aws, description(), value())) == ["endpoint-not-available"]


def test_the_endpoints_of_every_page_are_looked_at_for_the_arn_if_that_is_known(aws: AWS) -> None:
    endpoint = {"VpcId": "vpc-1", "State": "available", "PrivateDnsEnabled": True}
    allow = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": f"{ARN[:-13]}other-*"}
    policy = json.dumps({"Statement": [allow]})
    other = {**endpoint, "VpcEndpointId": "vpce-2", "PolicyDocument": policy}
    pages = [
        (
            "describe_vpc_endpoints",
            "",
            {"VpcEndpoints": [{**endpoint, "VpcEndpointId": "vpce-1"}], "NextToken": "more"},
        ),
        ("describe_vpc_endpoints", "", {"VpcEndpoints": [other]}),
    ]
    with recorded(aws.ec2, *pages):
        found = report(aws, description(), value())
    assert problems(found) == ["endpoint-policy-denies"]
    assert "vpce-2" in found.findings[0].title

    refused = ("AccessDeniedException", f"{USER}secretsmanager:DescribeSecret on resource: {ARN}")
    with recorded(aws.ec2, *pages):
        assert problems(report(aws, refused, value())) == ["not-checked"]


def test_a_service_without_an_address_is_said_to_have_none(
    aws: AWS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "addresses", lambda _: [])  # as behind a proxy

    found = report(aws, description(), value())

    (service,) = (fact.value for fact in found.facts if fact.name == "Service")
    assert service.endswith("DNS knows no address of it")


def test_an_arn_that_lacks_its_six_characters_is_explained(aws: AWS) -> None:
    name = "orders-backup"  # looks like `orders` with six characters
    secret = {"Name": name, "ARN": ARN.replace("orders", name)}
    lacks = secret["ARN"].removesuffix("-AbCdEf")
    answers = [
        ("describe_secret", "ResourceNotFoundException", "Secrets Manager can't find the secret."),
        ("list_secrets", "", {"SecretList": [secret]}),
    ]
    with recorded(aws.secretsmanager, *answers):
        found = diagnose(aws, lacks, other_regions=["eu-west-1"])

    assert problems(found) == ["arn-lacks-suffix"]
    assert secret["ARN"] in found.findings[0].advice


def test_a_name_that_is_no_arn_though_it_begins_so_is_explained(aws: AWS) -> None:
    refused = ("ValidationException", "Invalid name")

    found = report(aws, refused, denied("Invalid name", "ValidationException"), name="arn:orders")

    assert problems(found) == ["not-checked"] * 2


def test_regions_that_do_not_answer_are_named(aws: AWS, secret_name: str) -> None:
    regions = ("describe_regions", "UnauthorizedOperation", "You are not authorized")
    with recorded(aws.ec2, regions):
        found = diagnose(aws, secret_name)

    assert problems(found) == ["not-found", "not-checked"]
    assert found.findings[1].title == "Not known: other regions"


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException"])
def test_credentials_that_aws_refuses_end_the_examination(code: str, aws: AWS) -> None:
    with recorded(aws.secretsmanager, ("describe_secret", code, "The security token")):
        found = diagnose(aws, "orders")

    assert problems(found) == ["credentials"]
    assert found.exit_code == 2


@pytest.mark.parametrize("operation", ["AssumeRole", "GetRoleCredentials"])
def test_credentials_that_boto3_does_not_get_end_the_examination(operation: str, aws: AWS) -> None:
    def refuse(**_: object) -> None:
        message = f"{USER}sts:{operation}"
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, operation)

    # boto3 gets the credentials that it lacks when it signs a request.
    aws.secretsmanager.meta.events.register("before-sign", refuse)
    found = diagnose(aws, "orders")

    assert problems(found) == ["credentials"]
    assert f"{operation}: AccessDenied" in found.findings[0].explanation


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Port that neither accepts nor refuses connections."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, ExitStack() as stack:
        port = server.getsockname()[1]
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        yield port


@pytest.fixture(autouse=True)
def directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the proxy, which would answer for a host that does not exist."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def unreachable(url: str, monkeypatch: pytest.MonkeyPatch) -> Report:
    """The doctor's report if Secrets Manager is at this URL; boto3's own limits are longer."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    start = time.monotonic()
    found = diagnose(AWS(boto3.Session()), "orders")
    assert time.monotonic() - start < 30
    return found


@pytest.mark.slow
def test_a_connection_that_times_out_is_explained_as_the_endpoints_where_it_is_private(
    silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = unreachable(f"http://127.0.0.1:{silent_port}", monkeypatch)

    assert problems(found) == ["no-connection"]
    assert found.exit_code == 1
    assert "its security group admit TCP 443" in found.findings[0].advice


@pytest.mark.slow
def test_a_connection_that_times_out_is_explained_as_the_way_out_where_it_is_public(
    silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "addresses", lambda _: ["52.94.0.1"])

    found = unreachable(f"http://127.0.0.1:{silent_port}", monkeypatch)

    assert problems(found) == ["no-connection"]
    assert "NAT gateway" in found.findings[0].advice


def test_a_host_name_that_does_not_exist_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    found = unreachable("http://secretsmanager.invalid", monkeypatch)

    assert problems(found) == ["host-not-resolved"]
    assert "credentials" not in found.findings[0].explanation


def test_credentials_that_cannot_be_fetched_are_not_blamed_on_secrets_manager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tmp_path / "token"
    token.write_text("token")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_ROLE_ARN", f"arn:aws:iam::{ACCOUNT}:role/orders")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://sts.invalid")

    found = unreachable(os.environ["AWS_ENDPOINT_URL"], monkeypatch)

    assert problems(found) == ["host-not-resolved"]
    assert "sts.invalid" in found.findings[0].title
    assert "for the caller's credentials" in found.findings[0].explanation


def test_a_proxy_that_does_not_answer_is_explained_and_its_password_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{quote(PASSWORD, safe='')}@127.0.0.1:1")

    found = unreachable("http://secretsmanager.invalid", monkeypatch)

    assert problems(found) == ["proxy-not-reached"]


def test_a_certificate_that_is_not_trusted_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    # LocalStack also answers over TLS, with its own certificate.
    found = unreachable(os.environ["AWS_ENDPOINT_URL"].replace("http:", "https:"), monkeypatch)

    assert problems(found) == ["certificate-not-trusted"]
    assert "AWS_CA_BUNDLE" in found.findings[0].advice
