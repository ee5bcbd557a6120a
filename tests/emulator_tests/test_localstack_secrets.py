"""In LocalStack, the calls of Secrets Manager do and refuse what AWS documents."""

import json
import string
import uuid
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from emulator.localstack import new_account, session_in
from harness.refusals import refused

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import GetRandomPasswordRequestTypeDef

ON_REPLICA = "Operation not permitted on a replica secret"
STATEMENT = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}


def policy(**changes: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT | changes]})


# Calls that change a secret that has the version aaa...
CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("put_secret_value", {"SecretString": "x"}),
    ("update_secret", {"Description": "x"}),
    ("update_secret_version_stage", {"VersionStage": "mine", "MoveToVersionId": "a" * 32}),
    ("put_resource_policy", {"ResourcePolicy": policy()}),
    ("tag_resource", {"Tags": [{"Key": "a", "Value": "b"}]}),
    ("rotate_secret", {}),
    ("replicate_secret_to_regions", {"AddReplicaRegions": [{"Region": "eu-north-1"}]}),
]


class Secret:
    """A secret whose versions are each identified by a letter."""

    def __init__(self, client: "SecretsManagerClient", name: str) -> None:
        self.client, self.name = client, name
        self.arn = client.create_secret(Name=name)["ARN"]

    def put(self, letter: str, *labels: str, value: str = "value") -> list[str]:
        settings: dict[str, Any] = {"VersionStages": labels} if labels else {}
        put = self.client.put_secret_value(
            SecretId=self.name, SecretString=value, ClientRequestToken=letter * 32, **settings
        )
        return sorted(put["VersionStages"])

    def move(self, label: str, to: str = "", source: str = "") -> None:
        settings = {"MoveToVersionId": to * 32, "RemoveFromVersionId": source * 32}
        self.client.update_secret_version_stage(
            SecretId=self.name,
            VersionStage=label,
            **{name: version for name, version in settings.items() if version},
        )

    def labels(self) -> dict[str, list[str]]:
        versions = self.client.describe_secret(SecretId=self.name).get("VersionIdsToStages", {})
        return {version[0]: sorted(labels) for version, labels in versions.items()}

    def read(self, **version: str) -> str:
        return self.client.get_secret_value(SecretId=self.name, **version)["SecretString"]

    def replicas(self) -> dict[str, tuple[str, str]]:
        replicas = self.client.describe_secret(SecretId=self.name).get("ReplicationStatus", [])
        return {
            each["Region"]: (each["Status"], each.get("StatusMessage", "")) for each in replicas
        }

    def replicate(self, *, force: bool = False, **replica: str) -> str:
        replicated = self.client.replicate_secret_to_regions(
            SecretId=self.name,
            AddReplicaRegions=[{"Region": "eu-west-1", **replica}],  # type: ignore[typeddict-item]
            ForceOverwriteReplicaSecret=force,
        )
        (status,) = replicated["ReplicationStatus"]
        return status["Status"]


@pytest.fixture
def secret(secretsmanager: "SecretsManagerClient", secret_name: str) -> Secret:
    return Secret(secretsmanager, secret_name)


@pytest.fixture
def there() -> "SecretsManagerClient":
    return boto3.client("secretsmanager", region_name="eu-west-1")


def test_the_first_version_is_current_whatever_its_labels(secret: Secret) -> None:
    assert secret.put("a", "mine") == ["AWSCURRENT", "mine"]
    assert secret.put("b", "another") == ["another"]
    assert secret.put("c", "mine") == ["mine"]
    assert secret.labels() == {"a": ["AWSCURRENT"], "b": ["another"], "c": ["mine"]}
    assert secret.put("d") == ["AWSCURRENT"]
    assert secret.labels()["a"] == ["AWSPREVIOUS"]


def test_a_version_that_is_put_again_changes_nothing(secret: Secret) -> None:
    secret.put("a", value="first")
    secret.put("b", value="second")
    before = secret.labels()

    assert secret.put("a", value="first") == ["AWSPREVIOUS"]
    with refused("ResourceExistsException"):
        secret.put("a", value="another")
    with refused("ResourceExistsException"):
        secret.client.update_secret(
            SecretId=secret.name, SecretString="first", ClientRequestToken="a" * 32
        )
    assert secret.labels() == before
    assert secret.read() == "second"


def test_a_label_moves_only_from_the_version_that_is_named(secret: Secret) -> None:
    for letter in "abc":
        secret.put(letter, f"mine-{letter}", "AWSCURRENT")
    before = secret.labels()

    with refused("InvalidParameterException", "not attached to version b"):
        secret.move("mine-a", source="b")
    with refused("InvalidParameterException", "not attached to version b"):
        secret.move("mine-a", to="c", source="b")
    with refused("InvalidParameterException", "currently attached to version a"):
        secret.move("mine-a", to="b")
    with refused("InvalidParameterException", "currently attached to version c"):
        secret.move("AWSCURRENT", to="a")
    with refused("InvalidParameterException", "can't be completely removed"):
        secret.move("AWSCURRENT", source="c")
    with refused("InvalidParameterException"):
        secret.move("mine-a")
    with refused("ResourceNotFoundException"):
        secret.move("mine-a", to="x", source="a")
    assert secret.labels() == before

    secret.move("mine-a", to="b", source="a")
    secret.move("mine-c", to="c")  # where it is already
    secret.move("AWSCURRENT", to="a", source="c")
    assert secret.labels() == {
        "a": ["AWSCURRENT"],
        "b": ["mine-a", "mine-b"],
        "c": ["AWSPREVIOUS", "mine-c"],
    }


def test_a_version_that_has_lost_its_last_label_is_kept(secret: Secret) -> None:
    secret.put("a", value="first")
    secret.put("b", "mine", value="second")
    secret.move("mine", source="b")

    def listed(*, all_of_them: bool) -> list[str]:
        versions = secret.client.list_secret_version_ids(
            SecretId=secret.name, IncludeDeprecated=all_of_them
        )["Versions"]
        return sorted(version["VersionId"][0] for version in versions)

    assert secret.labels() == {"a": ["AWSCURRENT"]}
    assert secret.read(VersionId="b" * 32) == "second"
    assert listed(all_of_them=False) == ["a"]
    assert listed(all_of_them=True) == ["a", "b"]
    secret.move("AWSCURRENT", to="b", source="a")
    assert secret.read() == "second"


def test_versions_without_a_label_go_when_there_are_too_many(secret: Secret) -> None:
    for _ in range(103):
        secret.client.put_secret_value(SecretId=secret.name, SecretString="value")

    versions = secret.client.list_secret_version_ids(
        SecretId=secret.name, IncludeDeprecated=True, MaxResults=100
    )
    rest = secret.client.list_secret_version_ids(
        SecretId=secret.name, IncludeDeprecated=True, NextToken=versions["NextToken"]
    )
    assert len(versions["Versions"]) + len(rest["Versions"]) == 102


def test_a_version_has_at_most_20_labels(secret: Secret) -> None:
    secret.put("a", "AWSCURRENT", *(f"mine-{index}" for index in range(19)))

    with refused("LimitExceededException"):
        secret.move("one more", to="a")
    with refused("ValidationException"):
        secret.put("b", *(f"mine-{index}" for index in range(21)))


def test_a_secret_takes_one_value_and_a_name_that_is_free(
    secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    token = "a" * 32

    def create(**settings: Any) -> str:  # noqa: ANN401
        return secretsmanager.create_secret(Name=secret_name, **settings)["ARN"]

    with refused("InvalidParameterException"):
        create(SecretString="text", SecretBinary=b"binary")
    with refused("InvalidParameterException"):
        create(Tags=[{"Key": "aws:mine", "Value": ""}])
    arn = create(SecretString="text", ClientRequestToken=token)
    assert create(SecretString="text", ClientRequestToken=token) == arn
    with refused("ResourceExistsException", "already in use"):
        create(SecretString="another", ClientRequestToken=token)
    with refused("ResourceExistsException", "already exists"):
        create()
    with refused("InvalidParameterException"):
        secretsmanager.put_secret_value(SecretId=arn, SecretString="text", SecretBinary=b"binary")
    secretsmanager.put_secret_value(SecretId=arn, SecretBinary=b"binary")
    value = secretsmanager.get_secret_value(SecretId=arn)
    assert value["SecretBinary"] == b"binary"
    assert "SecretString" not in value

    secretsmanager.delete_secret(SecretId=arn)
    with refused("InvalidRequestException", "already scheduled for deletion"):
        create()
    secretsmanager.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    assert create() != arn


def test_an_arn_is_that_of_the_secret_or_lacks_its_suffix(secret: Secret) -> None:
    secret.put("a")
    region, _, name = secret.arn.partition(":secret:")

    def read(secret_id: str) -> str:
        return secret.client.get_secret_value(SecretId=secret_id)["SecretString"]

    assert read(f"{region}:secret:{name[:-7]}") == "value"
    for wrong in (f"{secret.arn[:-6]}AbCdEf", secret.arn.replace("us-east-1", "eu-west-1")):
        with refused("ResourceNotFoundException"):
            read(wrong)


def test_a_deleted_secret_gives_nothing_and_changes_nothing_until_it_is_restored(
    secret: Secret,
) -> None:
    secret.put("a")
    client, name = secret.client, secret.name
    with refused("InvalidParameterException"):
        client.delete_secret(SecretId=name, RecoveryWindowInDays=6)
    with refused("InvalidParameterException"):
        client.delete_secret(SecretId=name, RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True)
    client.delete_secret(SecretId=name, RecoveryWindowInDays=7)

    for operation, settings in [*CHANGES, ("get_secret_value", {}), ("delete_secret", {})]:
        with refused("InvalidRequestException"):
            getattr(client, operation)(SecretId=name, **settings)
    assert "DeletedDate" in client.describe_secret(SecretId=name)
    client.restore_secret(SecretId=name)
    assert "DeletedDate" not in client.describe_secret(SecretId=name)
    assert secret.read() == "value"


def test_a_secret_that_is_not_there_is_deleted_by_force_only(
    secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    with refused("ResourceNotFoundException"):
        secretsmanager.delete_secret(SecretId=secret_name)
    secretsmanager.delete_secret(SecretId=secret_name, ForceDeleteWithoutRecovery=True)


def test_a_batch_tells_of_each_secret_why_it_has_no_value(secret: Secret) -> None:
    batch = secret.client.batch_get_secret_value(SecretIdList=[secret.name, f"{secret.name}/no"])

    assert batch["SecretValues"] == []
    assert [error["ErrorCode"] for error in batch["Errors"]] == ["ResourceNotFoundException"] * 2
    with refused("InvalidParameterException"):
        secret.client.batch_get_secret_value(
            SecretIdList=[secret.name], Filters=[{"Key": "name", "Values": [secret.name]}]
        )


def test_another_account_reads_by_arn_and_not_under_the_aws_managed_key(secret: Secret) -> None:
    secret.put("a")
    other = session_in(new_account()).client("secretsmanager")

    with refused("InvalidRequestException", "from a different AWS account"):
        other.get_secret_value(SecretId=secret.arn)
    with refused("ResourceNotFoundException"):
        other.get_secret_value(SecretId=secret.name)
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    secret.client.update_secret(SecretId=secret.name, KmsKeyId=key)
    assert other.get_secret_value(SecretId=secret.arn)["SecretString"] == "value"


def test_a_replica_follows_its_primary_and_can_change_nothing_but_its_key(
    secret: Secret, there: "SecretsManagerClient"
) -> None:
    secret.put("a", value="first")
    assert secret.replicate() == "InSync"
    name = secret.name
    with refused("InvalidParameterException", "already"):
        secret.replicate()

    for operation, settings in [
        *CHANGES,
        ("update_secret", {"SecretString": "x"}),
        ("update_secret", {"KmsKeyId": "", "Description": "x"}),
        ("untag_resource", {"TagKeys": ["a"]}),
        ("delete_resource_policy", {}),
        ("cancel_rotate_secret", {}),
        ("restore_secret", {}),
        ("delete_secret", {"ForceDeleteWithoutRecovery": True}),
    ]:
        with refused("InvalidParameterException", ON_REPLICA):
            getattr(there, operation)(SecretId=name, **settings)
    with refused("InvalidParameterException", "still has replica regions"):
        secret.client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    kms = boto3.client("kms", region_name="eu-west-1")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    there.update_secret(SecretId=name, KmsKeyId=key)
    assert there.describe_secret(SecretId=name)["KmsKeyId"] == key
    status = secret.client.describe_secret(SecretId=name)["ReplicationStatus"]
    assert [each["KmsKeyId"] for each in status] == [key]

    secret.put("b", value="second")
    secret.client.put_resource_policy(SecretId=name, ResourcePolicy=policy())
    secret.client.tag_resource(SecretId=name, Tags=[{"Key": "Team", "Value": "tests"}])
    assert there.get_secret_value(SecretId=name)["SecretString"] == "second"
    assert there.get_resource_policy(SecretId=name)["ResourcePolicy"] == policy()
    described = there.describe_secret(SecretId=name)
    assert described["Tags"] == [{"Key": "Team", "Value": "tests"}]
    assert {each[0]: labels for each, labels in described["VersionIdsToStages"].items()} == {
        "a": ["AWSPREVIOUS"],
        "b": ["AWSCURRENT"],
    }
    versions = there.list_secret_version_ids(SecretId=name)["Versions"]
    assert {each["VersionId"][0]: each["KmsKeyIds"] for each in versions} == {
        "a": ["DefaultEncryptionKey", key],
        "b": [key],
    }

    secret.client.remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=["eu-west-1"])
    with refused("ResourceNotFoundException"):
        there.describe_secret(SecretId=name)
    secret.client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_a_secret_is_not_replicated_to_its_own_region(
    secret: Secret, secretsmanager: "SecretsManagerClient"
) -> None:
    with refused("InvalidParameterException"):
        secret.replicate(Region="us-east-1")
    with refused("InvalidParameterException"):
        secretsmanager.create_secret(
            Name=f"{secret.name}/2", AddReplicaRegions=[{"Region": "us-east-1"}]
        )
    with refused("ResourceNotFoundException"):
        secretsmanager.describe_secret(SecretId=f"{secret.name}/2")
    with refused("InvalidParameterException"):
        secret.client.remove_regions_from_replication(
            SecretId=secret.name, RemoveReplicaRegions=["eu-west-1"]
        )


def test_a_secret_of_that_name_is_overwritten_by_a_replica_only_when_forced(
    secret: Secret, there: "SecretsManagerClient"
) -> None:
    secret.put("a", value="primary's")
    foreign = there.create_secret(Name=secret.name, SecretString="foreign")["ARN"]

    def read() -> str:
        return there.get_secret_value(SecretId=secret.name)["SecretString"]

    assert secret.replicate() == "Failed"
    taken = {"eu-west-1": ("Failed", "Secret with this name already exists in this region.")}
    assert secret.replicas() == taken
    secret.put("b")
    assert secret.replicas() == taken
    assert read() == "foreign"
    secret.client.remove_regions_from_replication(
        SecretId=secret.name, RemoveReplicaRegions=["eu-west-1"]
    )
    assert secret.replicas() == {}
    assert there.describe_secret(SecretId=secret.name)["ARN"] == foreign

    created = secret.client.create_secret(
        Name=f"{secret.name}/2", AddReplicaRegions=[{"Region": "eu-west-1"}]
    )
    assert [each["Status"] for each in created["ReplicationStatus"]] == ["InSync"]
    assert secret.replicate() == "Failed"
    assert secret.replicate(force=True) == "InSync"  # a failed replica can be retried
    assert read() == "value"
    assert there.describe_secret(SecretId=secret.name)["ARN"] != foreign


def test_a_replica_whose_key_is_of_no_use_fails_and_keeps_what_it_has(
    secret: Secret, there: "SecretsManagerClient"
) -> None:
    kms = boto3.client("kms", region_name="eu-west-1")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    secret.put("a", value="first")
    kms.disable_key(KeyId=key)
    elsewhere = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]

    for wrong in (key, elsewhere, "alias/nowhere"):
        assert secret.replicate(KmsKeyId=wrong) == "Failed"
        assert "disabled or not found" in secret.replicas()["eu-west-1"][1]
        with refused("ResourceNotFoundException"):
            there.describe_secret(SecretId=secret.name)

    kms.enable_key(KeyId=key)
    assert secret.replicate(KmsKeyId=key) == "InSync"
    kms.schedule_key_deletion(KeyId=key)
    secret.put("b", value="second")
    assert secret.replicas()["eu-west-1"][0] == "Failed"
    labels = there.describe_secret(SecretId=secret.name)["VersionIdsToStages"]
    assert list(labels.values()) == [["AWSCURRENT"]]
    with refused("DecryptionFailure"):
        there.get_secret_value(SecretId=secret.name)

    kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)
    assert there.get_secret_value(SecretId=secret.name)["SecretString"] == "first"
    secret.put("c", value="third")
    assert secret.replicas()["eu-west-1"][0] == "InSync"
    assert there.get_secret_value(SecretId=secret.name)["SecretString"] == "third"


def test_a_value_does_not_reach_a_replica_whose_key_denies_to_encrypt(
    secret: Secret, there: "SecretsManagerClient"
) -> None:
    kms = boto3.client("kms", region_name="eu-west-1")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    secret.put("a", value="first")
    assert secret.replicate(KmsKeyId=key) == "InSync"
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "emulator:deny-encrypt", "TagValue": "true"}])
    secret.put("b", value="second")

    status, message = secret.replicas()["eu-west-1"]
    assert (status, "no permission" in message) == ("Failed", True)
    assert there.get_secret_value(SecretId=secret.name)["SecretString"] == "first"


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "{}",
        '{"Statement": []}',
        policy(Effect="Maybe"),
        policy(NotPrincipal="*"),
        policy(Principal={"AWS": "AROAEXAMPLEEXAMPLE123"}),
        json.dumps({"Version": "2026-01-01", "Statement": [STATEMENT]}),
    ],
)
def test_a_malformed_policy_is_refused(text: str, secret: Secret) -> None:
    with refused("MalformedPolicyDocumentException"):
        secret.client.put_resource_policy(SecretId=secret.name, ResourcePolicy=text)
    with refused("MalformedPolicyDocumentException"):
        secret.client.validate_resource_policy(ResourcePolicy=text)
    assert "ResourcePolicy" not in secret.client.get_resource_policy(SecretId=secret.name)


def test_a_public_policy_is_blocked_where_that_is_asked_for(secret: Secret) -> None:
    text = policy(Effect="Allow")
    with refused("PublicPolicyException"):
        secret.client.put_resource_policy(
            SecretId=secret.name, ResourcePolicy=text, BlockPublicPolicy=True
        )
    assert not secret.client.validate_resource_policy(ResourcePolicy=text)["PolicyValidationPassed"]
    secret.client.put_resource_policy(SecretId=secret.name, ResourcePolicy=text)


def test_a_policy_that_names_somebody_is_not_public(secret: Secret) -> None:
    text = policy(Effect="Allow", Principal={"AWS": "arn:aws:iam::000000000000:root"})
    secret.client.put_resource_policy(
        SecretId=secret.name, ResourcePolicy=text, BlockPublicPolicy=True
    )

    assert secret.client.validate_resource_policy(ResourcePolicy=text)["PolicyValidationPassed"]
    got = secret.client.get_resource_policy(SecretId=secret.name)["ResourcePolicy"]
    assert json.loads(got) == json.loads(text)


@pytest.mark.parametrize("form", ["text", "list"])
def test_a_policy_shows_a_principal_that_is_gone_by_its_unique_id(
    form: str, secret: Secret
) -> None:
    iam = boto3.client("iam")
    name = f"tests-{uuid.uuid4().hex}"
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    user = iam.create_user(UserName=name)["User"]
    other = "arn:aws:iam::000000000000:role/never-made"

    def in_form(arn: str) -> object:
        return arn if form == "text" else [arn, other]

    def put() -> None:
        statements = [
            STATEMENT | {"Principal": {"AWS": in_form(arn)}} for arn in (role["Arn"], user["Arn"])
        ]
        text = json.dumps({"Version": "2012-10-17", "Statement": statements})
        secret.client.put_resource_policy(SecretId=secret.name, ResourcePolicy=text)

    def principals() -> list[object]:
        text = secret.client.get_resource_policy(SecretId=secret.name)["ResourcePolicy"]
        return [statement["Principal"]["AWS"] for statement in json.loads(text)["Statement"]]

    put()
    assert principals() == [in_form(role["Arn"]), in_form(user["Arn"])]
    iam.delete_role(RoleName=name)
    iam.delete_user(UserName=name)
    gone = [in_form(role["RoleId"]), in_form(user["UserId"])]
    assert principals() == gone
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    assert principals() == gone
    put()
    assert principals() == [in_form(role["Arn"]), in_form(user["Arn"])]
    iam.delete_role(RoleName=name)


def test_a_policy_that_is_deleted_is_gone_and_stays_gone(secret: Secret) -> None:
    secret.client.put_resource_policy(SecretId=secret.name, ResourcePolicy=policy())
    for _ in range(2):
        secret.client.delete_resource_policy(SecretId=secret.name)
        assert "ResourcePolicy" not in secret.client.get_resource_policy(SecretId=secret.name)


def test_a_tag_is_added_changed_and_removed(secret: Secret) -> None:
    def tags() -> dict[str, str]:
        described = secret.client.describe_secret(SecretId=secret.name).get("Tags", [])
        return {tag["Key"]: tag["Value"] for tag in described}

    for value in ("first", "second"):
        tag = {"Key": "Team", "Value": value}
        secret.client.tag_resource(SecretId=secret.name, Tags=[tag])  # type: ignore[list-item]
        assert tags() == {"Team": value}
    secret.client.untag_resource(SecretId=secret.name, TagKeys=["Team", "none"])
    assert tags() == {}


def test_a_password_has_each_type_at_any_place(secretsmanager: "SecretsManagerClient") -> None:
    def password(**settings: Any) -> str:  # noqa: ANN401
        return secretsmanager.get_random_password(**settings)["RandomPassword"]

    short = [password(PasswordLength=4) for _ in range(40)]
    types = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation)
    for characters in types:
        assert all(any(each in characters for each in text) for text in short)
        assert len({next(i for i, x in enumerate(text) if x in characters) for text in short}) > 1


@pytest.mark.parametrize(
    "settings",
    [
        {"PasswordLength": 3},
        {"ExcludeCharacters": string.digits},
        {
            "ExcludeNumbers": True,
            "ExcludePunctuation": True,
            "ExcludeUppercase": True,
            "ExcludeLowercase": True,
        },
    ],
)
def test_a_password_that_cannot_be_is_refused(
    settings: "GetRandomPasswordRequestTypeDef", secretsmanager: "SecretsManagerClient"
) -> None:
    with refused("InvalidParameterException"):
        secretsmanager.get_random_password(**settings)
