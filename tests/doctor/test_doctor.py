"""The doctor's findings, each about a secret in LocalStack that causes the finding."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from harness.doctor import CREDENTIALS, PASSWORD, VALUE, checked, diagnose, problems
from harness.functions import Function
from harness.functions import function as running_function
from harness.waits import wait_until
from harness.workspace import Workspace
from secret_doctor import unused
from secret_doctor.aws import AWS
from secret_doctor.findings import Finding, Report

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

type Make = Callable[..., str]

# The doctor lists the resources of the account.
pytestmark = pytest.mark.usefixtures("lists_at_once", "own_account")

LATER = datetime.now(UTC) + timedelta(days=60)


@pytest.fixture
def elsewhere() -> AWS:
    """Another region, in which the tests with findings have their endpoints."""
    return AWS(boto3.Session(region_name="eu-north-1"))


@pytest.fixture
def secret(secretsmanager: "SecretsManagerClient", secret_name: str) -> Iterator[Make]:
    """A function that creates a secret, by default with sound credentials, and returns its ARN."""
    made: list[tuple[SecretsManagerClient, str]] = []

    def make(
        value: str | None = VALUE,
        client: "SecretsManagerClient" = secretsmanager,
        **options: Any,  # noqa: ANN401 - those of CreateSecret
    ) -> str:
        if value is not None:
            options["SecretString"] = value
        arn = client.create_secret(Name=secret_name, **options)["ARN"]
        made.append((client, arn))
        return arn

    yield make
    for client, arn in made:
        replicas = client.describe_secret(SecretId=arn).get("ReplicationStatus", [])
        if replicas:
            regions = [replica["Region"] for replica in replicas]
            client.remove_regions_from_replication(SecretId=arn, RemoveReplicaRegions=regions)
        client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def key(kms: "KMSClient") -> str:
    """ARN of a key."""
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def function(lambda_: "LambdaClient") -> Iterator[Function]:
    """A function that rotates nothing, and that Secrets Manager can invoke."""
    with running_function(lambda_, "def handler(event, context): pass") as created:
        created.allow()
        yield created


def exists(kms: "KMSClient", key: str) -> bool:
    """Whether the key exists in KMS."""
    try:
        kms.describe_key(KeyId=key)
    except kms.exceptions.NotFoundException:
        return False
    return True


def finding(report: Report, finding_id: str) -> str:
    """All texts of a finding, joined."""
    found = [each for each in report.findings if each.id == finding_id]
    assert len(found) == 1, report.findings
    return f"{found[0].title} {found[0].explanation} {found[0].advice}"


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_secret_of_this_module_is_sound(shared_workspace: Workspace, aws: AWS) -> None:
    terraform = shared_workspace.example("database-credentials")
    terraform.apply(recovery_window_in_days=0)
    report = diagnose(aws, terraform.output()["name"])
    terraform.destroy(recovery_window_in_days=0)

    assert report.findings == ()
    assert report.exit_code == 0
    facts = {fact.name: fact.value for fact in report.facts}
    assert facts["Key rotation"] == "on, every 365 days"
    assert "DenyRequestsWithoutTLS" in facts["Resource policy"]
    assert facts["Value"] == (
        "JSON with dbInstanceIdentifier, dbname, engine, host, port, username\n"
        "password = •••••••• (32 characters)"
    )


def test_a_disabled_key_is_found(secret: Make, key: str, kms: "KMSClient", aws: AWS) -> None:
    arn = secret(KmsKeyId=key)
    kms.disable_key(KeyId=key)

    report = diagnose(aws, arn)

    assert problems(report) == ["key-disabled", "decryption-failed"]
    assert report.exit_code == 1
    assert f"aws kms enable-key --key-id {key}" in finding(report, "key-disabled")


def test_a_key_that_is_going_to_be_deleted_is_found(
    secret: Make, key: str, kms: "KMSClient", aws: AWS
) -> None:
    arn = secret(KmsKeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=30)

    report = diagnose(aws, arn)

    assert problems(report) == ["key-pending-deletion", "decryption-failed"]
    assert f"cancel-key-deletion --key-id {key}" in finding(report, "key-pending-deletion")


def test_a_key_that_is_gone_is_found(secret: Make, key: str, kms: "KMSClient", aws: AWS) -> None:
    arn = secret(KmsKeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    wait_until(lambda: not exists(kms, key))

    assert problems(diagnose(aws, arn)) == ["key-not-found", "decryption-failed"]


@pytest.fixture
def secret_under(secret: Make, secretsmanager: "SecretsManagerClient", kms: "KMSClient") -> Make:
    """A function that creates a secret under a key, with two versions under other keys.

    The arguments are the key of the secret, of its current version, and of a version that has only
    the label `orders-version-1`. Empty means the AWS managed key.
    """

    def make(key: str, current: str, labelled: str) -> str:
        # With these tags, UpdateSecret re-encrypts no version: the caller lacks permissions.
        tags = ("emulator:deny-encrypt", "emulator:deny-decrypt")
        others = {current, labelled} - {key, ""}
        for other in others:
            kms.tag_resource(
                KeyId=other, Tags=[{"TagKey": tag, "TagValue": "true"} for tag in tags]
            )
        arn = secret(**{"KmsKeyId": labelled} if labelled else {})
        (first,) = secretsmanager.describe_secret(SecretId=arn)["VersionIdsToStages"]
        secretsmanager.update_secret_version_stage(
            SecretId=arn, VersionStage="orders-version-1", MoveToVersionId=first
        )
        secretsmanager.update_secret(SecretId=arn, KmsKeyId=current)
        secretsmanager.put_secret_value(SecretId=arn, SecretString=VALUE)
        secretsmanager.update_secret_version_stage(
            SecretId=arn, VersionStage="AWSPREVIOUS", RemoveFromVersionId=first
        )
        secretsmanager.update_secret(SecretId=arn, KmsKeyId=key)
        for other in others:
            kms.untag_resource(KeyId=other, TagKeys=tags)
        return arn

    return make


def of_versions(report: Report) -> list[Finding]:
    """Findings about the keys of versions, that of the current version first."""
    found = [each for each in report.findings if each.id.startswith("version-")]
    return sorted(found, key=lambda each: "AWSCURRENT" not in each.explanation)


@pytest.mark.parametrize("named", ["ARN", "id", "alias", "AWS managed"])
def test_versions_under_the_key_of_the_secret_are_no_finding(
    named: str,
    secret_under: Make,
    key: str,
    kms: "KMSClient",
    aws: AWS,
) -> None:
    kms.create_alias(AliasName=f"alias/{key[-12:]}", TargetKeyId=key)
    names = {"id": key.rpartition("/")[2], "alias": f"alias/{key[-12:]}", "AWS managed": ""}
    name = names.get(named, key)

    assert of_versions(diagnose(aws, secret_under(name, name, name))) == []


def test_a_version_under_another_key_is_found_with_its_remedy(
    secret_under: Make, key: str, kms: "KMSClient", aws: AWS
) -> None:
    other = kms.create_key()["KeyMetadata"]["Arn"]

    current, labelled = of_versions(diagnose(aws, secret_under(key, other, "")))

    assert [current.id, labelled.id] == ["version-under-other-key"] * 2
    assert other in current.explanation
    assert "update-secret --secret-id" in current.advice
    assert "kms:Encrypt" in current.advice
    assert "terraform apply" in labelled.advice
    assert "--version-stage orders-version-1" in labelled.advice


def test_a_version_under_a_key_that_does_not_decrypt_is_found(
    secret_under: Make, key: str, kms: "KMSClient", aws: AWS
) -> None:
    disabled, deleted = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    arn = secret_under(key, disabled, deleted)
    kms.disable_key(KeyId=disabled)
    kms.schedule_key_deletion(KeyId=deleted)

    found = of_versions(diagnose(aws, arn))

    assert [each.id for each in found] == ["version-key-unusable"] * 2
    assert "Disabled" in found[0].explanation
    assert "PendingDeletion" in found[1].explanation


def test_a_version_under_a_key_that_is_gone_is_found(
    secret_under: Make, key: str, kms: "KMSClient", aws: AWS
) -> None:
    deleted = kms.create_key()["KeyMetadata"]["Arn"]
    arn = secret_under("", key, deleted)
    kms.schedule_key_deletion(KeyId=deleted, PendingWindowInDays=7)
    wait_until(lambda: not exists(kms, deleted))

    found = of_versions(diagnose(aws, arn))

    assert [each.id for each in found] == ["version-under-other-key", "version-key-unusable"]
    assert "gone" in found[1].explanation


def test_a_secret_that_is_scheduled_for_deletion_is_found_once(
    secret: Make, secretsmanager: "SecretsManagerClient", aws: AWS
) -> None:
    arn = secret()
    secretsmanager.delete_secret(SecretId=arn)

    report = diagnose(aws, arn)

    assert [each.id for each in report.findings] == ["scheduled-for-deletion"]
    assert f"restore-secret --secret-id {arn}" in finding(report, "scheduled-for-deletion")


def test_a_name_in_other_case_is_found(secret: Make, secret_name: str, aws: AWS) -> None:
    secret()

    report = diagnose(aws, secret_name.upper(), other_regions=["eu-west-1"])

    assert problems(report) == ["name-case"]
    assert f"Use the name {secret_name}." in finding(report, "name-case")


def test_a_name_with_the_six_characters_of_the_arn_is_found(
    secret: Make, secret_name: str, aws: AWS
) -> None:
    name = secret().partition(":secret:")[2]

    report = diagnose(aws, name, other_regions=["eu-west-1"])

    assert problems(report) == ["name-has-suffix"]
    assert f"Use the name {secret_name}," in finding(report, "name-has-suffix")


def test_an_arn_of_an_earlier_secret_of_the_name_is_found(secret: Make, aws: AWS) -> None:
    arn = secret()
    earlier = arn[:-6] + "AbCdEf"

    report = diagnose(aws, earlier, other_regions=["eu-west-1"])

    assert problems(report) == ["arn-of-earlier-secret"]
    assert f"Use {arn}" in finding(report, "arn-of-earlier-secret")


def test_a_name_with_a_slip_of_the_pen_is_found(secret: Make, secret_name: str, aws: AWS) -> None:
    secret()

    report = diagnose(aws, secret_name.replace("cred", "crd"), other_regions=["eu-west-1"])

    assert problems(report) == ["name-like"]
    assert secret_name in finding(report, "name-like")


@pytest.mark.parametrize("other_regions", [[], ["eu-west-1", "eu-north-1"]], ids=["all", "given"])
def test_a_secret_of_another_region_is_found(
    other_regions: list[str], secret: Make, secret_name: str, elsewhere: AWS, aws: AWS
) -> None:
    secret(client=elsewhere.secretsmanager)

    report = diagnose(aws, secret_name, other_regions=other_regions)

    assert problems(report) == ["in-another-region"]
    assert "--region eu-north-1" in finding(report, "in-another-region")


def test_an_arn_of_another_region_is_found(secret: Make, elsewhere: AWS, aws: AWS) -> None:
    arn = secret(client=elsewhere.secretsmanager)

    assert problems(diagnose(aws, arn)) == ["in-another-region"]


def test_a_secret_that_is_nowhere_is_said_to_be(secret_name: str, aws: AWS) -> None:
    report = diagnose(aws, secret_name)

    assert problems(report) == ["not-found"]
    assert report.exit_code == 1


def allow(**statement: object) -> str:
    """Policy of one statement, which allows reading by default; None omits an element."""
    reading = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    given = {name: value for name, value in (reading | statement).items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [given]})


ORGANIZATION = {"aws:PrincipalOrgID": "o-abcdefghij"}
ROLE = {"AWS": "arn:aws:iam::000000000000:role/reader"}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Principal": "*"}, ["policy-public"]),
        ({"Principal": "*", "Condition": {"StringEquals": ORGANIZATION}}, []),
        ({"Principal": ROLE}, []),
        ({"Principal": {"Service": "appflow.amazonaws.com"}}, []),
    ],
    ids=["everybody", "organization", "role", "service"],
)
def test_a_resource_policy_is_judged_by_whom_it_lets_in(
    statement: dict[str, object],
    expected: list[str],
    secret: Make,
    secretsmanager: "SecretsManagerClient",
    aws: AWS,
) -> None:
    arn = secret()
    secretsmanager.put_resource_policy(SecretId=arn, ResourcePolicy=allow(**statement))

    assert problems(diagnose(aws, arn)) == expected


@pytest.mark.parametrize(
    ("in_a_list", "deletes_policy"), [(False, True), (True, False)], ids=["a text", "a list"]
)
def test_a_role_that_is_gone_is_found_and_as_a_text_the_policy_is_deleted_before_the_next_apply(
    in_a_list: bool,
    deletes_policy: bool,
    secret: Make,
    secretsmanager: "SecretsManagerClient",
    aws: AWS,
) -> None:
    """test_deleted_principal.py tests what Terraform does in this case."""
    iam = boto3.client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam.create_role(RoleName="gone", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    arn = secret()
    document = allow(Principal={"AWS": [role] if in_a_list else role})
    secretsmanager.put_resource_policy(SecretId=arn, ResourcePolicy=document)
    iam.delete_role(RoleName="gone")

    report = diagnose(aws, arn)

    assert problems(report) == ["policy-names-deleted-principal"]
    advice = finding(report, "policy-names-deleted-principal")
    assert "terraform apply" in advice
    command = f"aws secretsmanager delete-resource-policy --secret-id {arn}"
    assert (command in advice) == deletes_policy


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, []),
        ({"BoolIfExists": {"aws:securetransport": False}}, []),
        ({"Bool": {"aws:SecureTransport": "true"}}, ["policy-lacks-tls"]),
        (None, ["policy-lacks-tls"]),
    ],
)
def test_a_resource_policy_that_does_not_insist_on_tls_is_noted(
    condition: object,
    expected: list[str],
    secret: Make,
    secretsmanager: "SecretsManagerClient",
    aws: AWS,
) -> None:
    arn = secret()
    document = allow(Effect="Deny", Principal="*", Condition=condition)
    secretsmanager.put_resource_policy(SecretId=arn, ResourcePolicy=document)

    report = diagnose(aws, arn)

    assert [each.id for each in report.findings] == expected
    assert report.exit_code == 0


@pytest.fixture
def endpoint(elsewhere: AWS) -> Iterator[Callable[..., str]]:
    """A function that creates a VPC endpoint for Secrets Manager in the other region."""
    ec2 = elsewhere.ec2
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = []

    def make(**options: object) -> str:
        created = ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName="com.amazonaws.eu-north-1.secretsmanager",
            VpcEndpointType="Interface",
            **options,
        )
        made.append(created["VpcEndpoint"]["VpcEndpointId"])
        return str(made[-1])

    yield make
    ec2.delete_vpc_endpoints(VpcEndpointIds=made)


def test_an_endpoint_without_private_dns_is_found(
    secret: Make, endpoint: Callable[..., str], elsewhere: AWS
) -> None:
    endpoint_id = endpoint(PrivateDnsEnabled=False)

    report = diagnose(elsewhere, secret(client=elsewhere.secretsmanager))

    assert problems(report) == ["endpoint-private-dns-off"]
    assert endpoint_id in finding(report, "endpoint-private-dns-off")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Action": "*"}, []),
        ({"Action": "secretsmanager:Get*"}, []),
        ({"Resource": "arn:aws:secretsmanager:*:*:secret:test/*-??????"}, []),
        ({"NotResource": "arn:aws:secretsmanager:*:*:secret:other/*", "Resource": None}, []),
        ({"Resource": "arn:aws:secretsmanager:*:*:secret:other/*"}, ["endpoint-policy-denies"]),
        ({"Resource": "arn:aws:secretsmanager:*:*:secret:TEST/*"}, ["endpoint-policy-denies"]),
        ({"Action": "SecretsManager:getsecretvalue"}, []),
        ({"Action": "secretsmanager:DescribeSecret"}, ["endpoint-policy-denies"]),
        ({"NotAction": "secretsmanager:*", "Action": None}, ["endpoint-policy-denies"]),
        ({"Effect": "Deny"}, ["endpoint-policy-denies"]),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else None,
)
def test_a_policy_of_an_endpoint_is_judged_by_whether_it_lets_the_secret_through(
    statement: dict[str, object],
    expected: list[str],
    secret: Make,
    endpoint: Callable[..., str],
    elsewhere: AWS,
) -> None:
    endpoint(PrivateDnsEnabled=True, PolicyDocument=allow(Principal="*", **statement))

    assert problems(diagnose(elsewhere, secret(client=elsewhere.secretsmanager))) == expected


@pytest.mark.parametrize(
    ("value", "noted", "expected"),
    [
        (PASSWORD, ["value-not-json"], []),
        (json.dumps([PASSWORD]), ["value-not-json"], []),
        ("{password:" + PASSWORD + "}", [], ["value-not-json"]),
        (json.dumps({"api_key": PASSWORD, PASSWORD: 1}), [], []),
        (json.dumps({**CREDENTIALS, "engine": PASSWORD}), [], ["value-unknown-engine"]),
        (json.dumps({**CREDENTIALS, "host": ""}), [], ["value-lacks-fields"]),
        (json.dumps({**CREDENTIALS, "engine": "aurora-postgresql"}), [], []),
        (json.dumps({**CREDENTIALS, "engine": "oracle"}), [], ["value-lacks-fields"]),
        (json.dumps({**CREDENTIALS, "port": PASSWORD}), [], ["value-lacks-fields"]),
        (json.dumps({**CREDENTIALS, "port": "3306", "extra": PASSWORD}), [], []),
    ],
    ids=[
        *("text", "list", "JSON without quotes", "pairs", "unknown engine", "no host"),
        *("engine as RDS names it", "no dbname for oracle", "port is no number", "more fields"),
    ],
)
def test_a_value_is_judged_by_its_form_and_not_shown(
    value: str, noted: list[str], expected: list[str], secret: Make, aws: AWS
) -> None:
    report = diagnose(aws, secret(value))

    assert problems(report) == expected
    assert [each.id for each in report.findings if each.severity == "note"] == [
        "policy-lacks-tls",
        *noted,
    ][::-1]


def test_a_binary_value_is_read_and_not_shown(secret: Make, aws: AWS) -> None:
    report = diagnose(aws, secret(None, SecretBinary=PASSWORD.encode()))

    assert problems(report) == []
    assert "binary, can be read" in {fact.value for fact in report.facts}


def test_a_secret_without_a_value_is_found(secret: Make, aws: AWS) -> None:
    assert problems(diagnose(aws, secret(None))) == ["no-value"]


def rotate_each_day(client: "SecretsManagerClient", arn: str, function: Function) -> None:
    """Turn rotation on, to begin tomorrow, and wait for the test of the function."""
    client.rotate_secret(
        SecretId=arn,
        RotationLambdaARN=function.arn,
        RotationRules={"AutomaticallyAfterDays": 1},
        RotateImmediately=False,
    )
    wait_until(
        lambda: "AWSPENDING" not in str(client.describe_secret(SecretId=arn)["VersionIdsToStages"])
    )


def test_rotation_that_works_is_no_finding(
    secret: Make, function: Function, secretsmanager: "SecretsManagerClient", aws: AWS
) -> None:
    arn = secret()
    rotate_each_day(secretsmanager, arn, function)

    report = diagnose(aws, arn)

    assert problems(report) == []
    facts = {fact.name: fact.value for fact in report.facts}
    assert facts["Secret rotation"].startswith("on, every 1 days; never yet; next by ")
    assert facts["Rotation function"] == function.arn


def test_a_rotation_that_is_overdue_is_found(
    secret: Make, function: Function, secretsmanager: "SecretsManagerClient", aws: AWS
) -> None:
    arn = secret()
    rotate_each_day(secretsmanager, arn, function)

    report = diagnose(aws, arn, now=datetime.now(UTC) + timedelta(days=3))

    assert problems(report) == ["rotation-overdue"]


def test_a_rotation_function_that_is_gone_is_found(
    secret: Make, lambda_: "LambdaClient", secretsmanager: "SecretsManagerClient", aws: AWS
) -> None:
    arn = secret()
    with running_function(lambda_, "def handler(event, context): pass") as function:
        function.allow()
        rotate_each_day(secretsmanager, arn, function)

    assert problems(diagnose(aws, arn)) == ["rotation-function-gone"]


def test_a_rotation_function_that_secrets_manager_may_not_call_is_found(
    secret: Make,
    lambda_: "LambdaClient",
    secretsmanager: "SecretsManagerClient",
    aws: AWS,
) -> None:
    arn = secret()
    with running_function(lambda_, "def handler(event, context): pass") as function:
        function.allow(StatementId="secretsmanager")
        rotate_each_day(secretsmanager, arn, function)
        lambda_.remove_permission(FunctionName=function.name, StatementId="secretsmanager")
        report = diagnose(aws, arn)

    assert problems(report) == ["rotation-function-not-permitted"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (PASSWORD, ["value-not-json"]),
        ('{"host": "orders.example.com"}', ["value-unknown-engine"]),
        ('{"api_key": "issued-by-the-function"}', []),
    ],
    ids=["text", "no engine", "no database"],
)
def test_a_value_is_judged_by_whether_a_function_can_rotate_it(
    value: str,
    expected: list[str],
    secret: Make,
    function: Function,
    secretsmanager: "SecretsManagerClient",
    aws: AWS,
) -> None:
    arn = secret(value)
    rotate_each_day(secretsmanager, arn, function)

    assert problems(diagnose(aws, arn)) == expected


@pytest.mark.parametrize(
    ("stages", "told"),
    [
        (["AWSPENDING"], "can be purged"),
        (["AWSPENDING", "rotation-unfinished"], "The label rotation-unfinished keeps"),
    ],
    ids=["without label", "with label"],
)
def test_a_pending_version_is_under_way_at_first_and_stuck_later(
    stages: list[str],
    told: str,
    secret: Make,
    secretsmanager: "SecretsManagerClient",
    aws: AWS,
) -> None:
    arn = secret()
    put = secretsmanager.put_secret_value(SecretId=arn, SecretString=VALUE, VersionStages=stages)

    report = diagnose(aws, arn)
    assert problems(report) == []
    assert put["VersionId"] in finding(report, "rotation-in-progress")

    report = diagnose(aws, arn, now=LATER)
    assert problems(report) == ["rotation-pending"]
    assert put["VersionId"] in finding(report, "rotation-pending")
    assert told in finding(report, "rotation-pending")


def test_a_rotation_that_was_given_up_is_found_by_its_label(
    secret: Make, secretsmanager: "SecretsManagerClient", aws: AWS
) -> None:
    arn = secret()
    secretsmanager.put_secret_value(
        SecretId=arn, SecretString=VALUE, VersionStages=["rotation-unfinished"]
    )

    report = diagnose(aws, arn)

    assert problems(report) == ["rotation-unfinished"]
    assert "Leave the label" in finding(report, "rotation-unfinished")


def test_a_replica_that_failed_is_found(secret: Make, elsewhere: AWS, aws: AWS) -> None:
    secret(client=elsewhere.secretsmanager)

    report = diagnose(aws, secret(AddReplicaRegions=[{"Region": "eu-north-1"}]))

    assert problems(report) == ["replica-failed"]
    assert "eu-north-1" in finding(report, "replica-failed")


def test_days_are_those_of_aws_in_every_time_zone(
    secret: Make, aws: AWS, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = secret()
    today = datetime.now(UTC)
    aws.secretsmanager.get_secret_value(SecretId=arn)
    try:
        # AWS reports the day as its first moment, which is on the day before in Los Angeles.
        monkeypatch.setenv("TZ", "America/Los_Angeles")
        time.tzset()
        facts = {fact.name: fact.value for fact in diagnose(aws, arn).facts}
        listed = [each.title for each in unused.check(aws, 0, today) if isinstance(each, Finding)]
    finally:
        monkeypatch.undo()
        time.tzset()

    assert facts["Last read"] == f"{today:%Y-%m-%d}"
    assert not [title for title in listed if arn.split(":secret:")[1][:-7] in title]


def test_a_secret_that_nobody_read_for_long_is_listed(
    secret: Make, secret_name: str, aws: AWS
) -> None:
    arn = secret()

    def listed(days: int, now: datetime) -> list[str]:
        report = checked(Report.of(None, aws.region, unused.check(aws, days, now)))
        assert report.exit_code == bool(report.findings)
        return [each.explanation for each in report.findings if secret_name in each.title]

    assert listed(0, datetime.now(UTC)) == []
    assert listed(60, LATER) == []
    (never,) = listed(59, LATER)
    assert never.startswith("Never read, created on")

    aws.secretsmanager.get_secret_value(SecretId=arn)
    (long_ago,) = listed(59, LATER)
    assert long_ago.startswith("Last read on")
