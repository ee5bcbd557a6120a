"""In LocalStack, KMS keys and the values that they encrypt behave as AWS documents."""

import json
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import boto3
import pytest

from harness.refusals import refused

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

MANAGED = "DefaultEncryptionKey"
UNKNOWN = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture
def new_key(kms: "KMSClient") -> Callable[..., str]:
    """A function that creates a key and returns its ARN."""

    def make(*denied: Literal["encrypt", "decrypt"]) -> str:
        tags = [{"TagKey": f"emulator:deny-{what}", "TagValue": "true"} for what in denied]
        return kms.create_key(Tags=tags)["KeyMetadata"]["Arn"]  # type: ignore[arg-type]

    return make


def disable(kms: "KMSClient", key: str) -> None:
    kms.disable_key(KeyId=key)


def schedule_deletion(kms: "KMSClient", key: str) -> None:
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


UNUSABLE = pytest.mark.parametrize("spoil", [disable, schedule_deletion])


class Secret:
    """A secret with three versions; the first one has only a custom label."""

    def __init__(self, client: "SecretsManagerClient", name: str, key: str) -> None:
        self.client, self.name = client, name
        client.create_secret(Name=name, KmsKeyId=key, SecretString="a", ClientRequestToken="a" * 32)
        client.update_secret_version_stage(
            SecretId=name, VersionStage="mine", MoveToVersionId="a" * 32
        )
        for letter in "bc":
            self.put(letter)

    def put(self, letter: str, *labels: str) -> None:
        self.client.put_secret_value(
            SecretId=self.name,
            SecretString=letter,
            ClientRequestToken=letter * 32,
            VersionStages=labels or ["AWSCURRENT"],
        )

    def read(self, letter: str) -> str:
        return self.client.get_secret_value(SecretId=self.name, VersionId=letter * 32)[
            "SecretString"
        ]

    def keys(self) -> dict[str, list[str]]:
        versions = self.client.list_secret_version_ids(SecretId=self.name, IncludeDeprecated=True)
        return {each["VersionId"][0]: each["KmsKeyIds"] for each in versions["Versions"]}

    def describe(self) -> dict[str, object]:
        return dict(self.client.describe_secret(SecretId=self.name))


@pytest.fixture
def old(new_key: Callable[..., str]) -> str:
    return new_key()


@pytest.fixture
def secret(secretsmanager: "SecretsManagerClient", secret_name: str, old: str) -> Secret:
    return Secret(secretsmanager, secret_name, old)


@UNUSABLE
def test_with_a_key_that_cannot_be_used_nothing_is_read_or_written(
    spoil: Callable[["KMSClient", str], None],
    secret: Secret,
    old: str,
    kms: "KMSClient",
    new_key: Callable[..., str],
) -> None:
    before = secret.describe(), secret.keys()
    spoil(kms, old)

    with refused("DecryptionFailure", "can't decrypt"):
        secret.read("c")
    with refused("EncryptionFailure", "key is available, enabled"):
        secret.put("d")
    with refused("EncryptionFailure"):
        secret.client.update_secret(SecretId=secret.name, SecretString="d")
    # To encrypt the value with another key, the old key must decrypt it.
    for key in (new_key(), ""):
        with refused("DecryptionFailure"):
            secret.client.update_secret(SecretId=secret.name, KmsKeyId=key)
    batch = secret.client.batch_get_secret_value(SecretIdList=[secret.name])
    assert [error["ErrorCode"] for error in batch["Errors"]] == ["DecryptionFailure"]
    replica = secret.client.replicate_secret_to_regions(
        SecretId=secret.name, AddReplicaRegions=[{"Region": "eu-west-1"}]
    )["ReplicationStatus"][0]
    assert replica["Status"] == "Failed"
    assert "can't be decrypted" in replica["StatusMessage"]
    secret.client.remove_regions_from_replication(
        SecretId=secret.name, RemoveReplicaRegions=["eu-west-1"]
    )

    after = secret.describe(), secret.keys()
    for described in (before[0], after[0]):
        for name in ("LastChangedDate", "ResponseMetadata"):
            del described[name]
    assert after == before


@UNUSABLE
def test_a_key_that_cannot_be_used_is_refused_for_a_secret(
    spoil: Callable[["KMSClient", str], None],
    secret: Secret,
    old: str,
    secret_name: str,
    kms: "KMSClient",
    new_key: Callable[..., str],
) -> None:
    spoiled = new_key()
    spoil(kms, spoiled)

    with refused("EncryptionFailure"):
        secret.client.create_secret(Name=f"{secret_name}/other", KmsKeyId=spoiled)
    with refused("EncryptionFailure"):
        secret.client.update_secret(SecretId=secret.name, KmsKeyId=spoiled)
    assert secret.describe()["KmsKeyId"] == old


@pytest.mark.parametrize("key", [UNKNOWN, UNKNOWN.split("/")[1], "alias/nowhere", "nonsense"])
def test_a_key_that_does_not_exist_is_refused(key: str, secret: Secret, secret_name: str) -> None:
    with refused("InvalidParameterException", "invalid KMS key"):
        secret.client.create_secret(Name=f"{secret_name}/other", KmsKeyId=key)
    with refused("InvalidParameterException", "invalid KMS key"):
        secret.client.update_secret(SecretId=secret.name, KmsKeyId=key)
    with pytest.raises(secret.client.exceptions.ResourceNotFoundException):
        secret.client.describe_secret(SecretId=f"{secret_name}/other")


def test_a_key_that_is_not_for_symmetric_encryption_is_refused(
    secretsmanager: "SecretsManagerClient", secret_name: str, kms: "KMSClient"
) -> None:
    rsa = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["Arn"]
    hmac = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]

    for key in (rsa, hmac):
        with refused("EncryptionFailure"):
            secretsmanager.create_secret(Name=secret_name, KmsKeyId=key, SecretString="value")


def test_a_key_that_is_enabled_again_decrypts_again(
    secret: Secret, old: str, kms: "KMSClient"
) -> None:
    schedule_deletion(kms, old)
    kms.cancel_key_deletion(KeyId=old)
    with refused("DecryptionFailure"):
        secret.read("c")
    kms.enable_key(KeyId=old)

    assert secret.read("c") == "c"


def test_another_key_takes_over_the_versions_with_labels_of_aws_only(
    secret: Secret, old: str, kms: "KMSClient", new_key: Callable[..., str]
) -> None:
    new = new_key()
    secret.put("d", "AWSPENDING")
    secret.put("e", "mine too")
    assert secret.keys() == {each: [old] for each in "abcde"}

    secret.client.update_secret(SecretId=secret.name, KmsKeyId=new)
    secret.put("f", "later")

    # "you can decrypt AWSCURRENT, AWSPENDING, and AWSPREVIOUS versions with the previous key or
    # the new key"
    assert secret.keys() == {
        "a": [old],
        "b": [old, new],
        "c": [old, new],
        "d": [old, new],
        "e": [old],
        "f": [new],
    }
    disable(kms, new)
    assert [secret.read(each) for each in "abcde"] == list("abcde")
    with refused("DecryptionFailure"):
        secret.read("f")

    kms.enable_key(KeyId=new)
    schedule_deletion(kms, old)
    assert [secret.read(each) for each in "bcdf"] == list("bcdf")
    for each in "ae":
        with refused("DecryptionFailure"):
            secret.read(each)
    with refused("DecryptionFailure"):
        secret.client.get_secret_value(SecretId=secret.name, VersionStage="mine")


def test_a_version_without_a_label_is_not_encrypted_anew(
    secret: Secret, old: str, new_key: Callable[..., str]
) -> None:
    secret.client.update_secret_version_stage(
        SecretId=secret.name, VersionStage="mine", RemoveFromVersionId="a" * 32
    )
    secret.client.update_secret(SecretId=secret.name, KmsKeyId=new_key())

    assert secret.keys()["a"] == [old]


@pytest.mark.parametrize("changes", [{"SecretString": "d"}, {}])
def test_without_the_permission_to_encrypt_versions_stay_under_the_old_key(
    changes: dict[str, str], secret: Secret, old: str, new_key: Callable[..., str]
) -> None:
    new = new_key("encrypt")
    secret.client.update_secret(
        SecretId=secret.name, KmsKeyId=new, ClientRequestToken="d" * 32, **changes
    )

    assert secret.describe()["KmsKeyId"] == new
    added = {"d": [new]} if changes else {}
    assert secret.keys() == {each: [old] for each in "abc"} | added


def test_without_the_permission_to_decrypt_versions_stay_under_the_old_key(
    secretsmanager: "SecretsManagerClient", secret_name: str, new_key: Callable[..., str]
) -> None:
    old, new = new_key("decrypt"), new_key()
    secret = Secret(secretsmanager, secret_name, old)
    secret.client.update_secret(SecretId=secret.name, KmsKeyId=new)

    assert secret.describe()["KmsKeyId"] == new
    assert secret.keys() == {each: [old] for each in "abc"}
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        secret.read("c")


def test_the_aws_managed_key_is_not_described_however_it_was_chosen(
    secretsmanager: "SecretsManagerClient", secret_name: str, new_key: Callable[..., str]
) -> None:
    alias = "alias/aws/secretsmanager"
    aliases = (alias, f"arn:aws:kms:us-east-1:000000000000:{alias}")

    def is_managed() -> bool:
        described = secretsmanager.describe_secret(SecretId=secret_name)
        (version,) = secretsmanager.list_secret_version_ids(SecretId=secret_name)["Versions"]
        assert (MANAGED in version["KmsKeyIds"]) == ("KmsKeyId" not in described)
        return "KmsKeyId" not in described

    secretsmanager.create_secret(Name=secret_name, SecretString="value")
    assert is_managed()
    key = new_key()
    for managed in ("", *aliases):
        # Use a new version, because a version that is encrypted again keeps both keys.
        secretsmanager.delete_secret(SecretId=secret_name, ForceDeleteWithoutRecovery=True)
        secretsmanager.create_secret(Name=secret_name, SecretString="value", KmsKeyId=key)
        assert not is_managed()
        secretsmanager.update_secret(SecretId=secret_name, Description="The key stays")
        assert not is_managed()
        secretsmanager.update_secret(SecretId=secret_name, KmsKeyId=managed)
        assert is_managed()
    for managed in aliases:
        secretsmanager.delete_secret(SecretId=secret_name, ForceDeleteWithoutRecovery=True)
        secretsmanager.create_secret(Name=secret_name, SecretString="value", KmsKeyId=managed)
        assert is_managed()


def test_a_key_is_described_as_it_was_given_and_an_alias_by_its_arn(
    secretsmanager: "SecretsManagerClient", secret_name: str, kms: "KMSClient", old: str
) -> None:
    key_id = old.split("/")[1]
    alias = f"alias/{uuid.uuid4().hex}"
    kms.create_alias(AliasName=alias, TargetKeyId=key_id)
    alias_arn = f"arn:aws:kms:us-east-1:000000000000:{alias}"

    secretsmanager.create_secret(Name=secret_name)
    described = {}
    for given in (old, key_id, alias, alias_arn):
        secretsmanager.update_secret(SecretId=secret_name, KmsKeyId=given)
        described[given] = secretsmanager.describe_secret(SecretId=secret_name)["KmsKeyId"]

    assert described == {old: old, key_id: key_id, alias: alias_arn, alias_arn: alias_arn}


def test_a_new_version_is_encrypted_under_the_key_to_which_the_alias_leads_then(
    secretsmanager: "SecretsManagerClient",
    secret_name: str,
    kms: "KMSClient",
    new_key: Callable[..., str],
) -> None:
    first, second = new_key(), new_key()
    alias = f"alias/{uuid.uuid4().hex}"
    kms.create_alias(AliasName=alias, TargetKeyId=first)
    secret = Secret(secretsmanager, secret_name, alias)
    kms.update_alias(AliasName=alias, TargetKeyId=second)
    secret.put("d")
    kms.delete_alias(AliasName=alias)

    assert secret.keys() == {each: [first] for each in "abc"} | {"d": [second]}
    assert secret.read("d") == "d"
    with refused("EncryptionFailure"):
        secret.put("e")


CRYPTOGRAPHY: dict[str, Callable[["KMSClient", str, bytes], object]] = {
    "Encrypt": lambda kms, key, _: kms.encrypt(KeyId=key, Plaintext=b"x"),
    "Decrypt": lambda kms, _, ciphertext: kms.decrypt(CiphertextBlob=ciphertext),
    "ReEncrypt": lambda kms, key, ciphertext: kms.re_encrypt(
        CiphertextBlob=ciphertext, SourceKeyId=key, DestinationKeyId=key
    ),
    "GenerateDataKey": lambda kms, key, _: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
    "GenerateDataKeyWithoutPlaintext": lambda kms, key, _: kms.generate_data_key_without_plaintext(
        KeyId=key, KeySpec="AES_256"
    ),
    "EnableKeyRotation": lambda kms, key, _: kms.enable_key_rotation(KeyId=key),
}


@pytest.mark.parametrize("use", CRYPTOGRAPHY.values(), ids=CRYPTOGRAPHY)
def test_a_key_in_the_wrong_state_is_of_no_use_in_kms_either(
    use: Callable[["KMSClient", str, bytes], object], kms: "KMSClient", old: str
) -> None:
    ciphertext = kms.encrypt(KeyId=old, Plaintext=b"x")["CiphertextBlob"]
    use(kms, old, ciphertext)

    disable(kms, old)
    with refused("DisabledException", "is disabled"):
        use(kms, old, ciphertext)
    schedule_deletion(kms, old)
    with refused("KMSInvalidStateException", "is pending deletion"):
        use(kms, old, ciphertext)
    with refused("NotFoundException"):
        kms.encrypt(KeyId=UNKNOWN, Plaintext=b"x")


def test_a_key_that_is_pending_deletion_takes_no_alias_but_a_policy(
    kms: "KMSClient", old: str, new_key: Callable[..., str]
) -> None:
    alias, pending = f"alias/{uuid.uuid4().hex}", new_key()
    kms.create_alias(AliasName=alias, TargetKeyId=old)
    schedule_deletion(kms, pending)
    policy = kms.get_key_policy(KeyId=pending)["Policy"]

    with refused("KMSInvalidStateException"):
        kms.create_alias(AliasName=f"{alias}-2", TargetKeyId=pending)
    with refused("KMSInvalidStateException"):
        kms.update_alias(AliasName=alias, TargetKeyId=pending)
    with refused("KMSInvalidStateException"):
        schedule_deletion(kms, pending)
    with refused("KMSInvalidStateException"):
        kms.tag_resource(KeyId=pending, Tags=[{"TagKey": "a", "TagValue": "b"}])
    kms.put_key_policy(KeyId=pending, Policy=policy)
    schedule_deletion(kms, old)
    kms.delete_alias(AliasName=alias)


def test_a_key_that_waits_for_its_material_is_of_no_use(
    secretsmanager: "SecretsManagerClient", secret_name: str, kms: "KMSClient"
) -> None:
    key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["Arn"]

    with refused("KMSInvalidStateException", "pending import"):
        kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    with refused("KMSInvalidStateException", "pending import"):
        kms.enable_key(KeyId=key)
    with refused("EncryptionFailure"):
        secretsmanager.create_secret(Name=secret_name, KmsKeyId=key)


def test_an_alias_is_not_aws_own_and_stays_with_one_type_of_key(kms: "KMSClient", old: str) -> None:
    alias = f"alias/{uuid.uuid4().hex}"
    kms.create_alias(AliasName=alias, TargetKeyId=old)
    hmac = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]

    with refused("InvalidAliasNameException"):
        kms.create_alias(AliasName="alias/aws/mine", TargetKeyId=old)
    with refused("ValidationException"):
        kms.update_alias(AliasName=alias, TargetKeyId=hmac["KeyId"])
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"] == old


def test_a_policy_shows_a_role_that_is_gone_by_its_unique_id(kms: "KMSClient") -> None:
    iam = boto3.client("iam")
    name = f"tests-{uuid.uuid4().hex}"
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    root = {"AWS": "arn:aws:iam::000000000000:root"}
    statements = [
        {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
        for principal in (root, {"AWS": role["Arn"]})
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    key = kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"]

    def principals() -> list[str]:
        text = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        return [statement["Principal"]["AWS"] for statement in json.loads(text)["Statement"]]

    assert principals() == [root["AWS"], role["Arn"]]
    iam.delete_role(RoleName=name)
    gone = [root["AWS"], role["RoleId"]]
    assert principals() == gone
    # A new role with the same name is a different principal.
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    assert principals() == gone
    with refused("MalformedPolicyDocumentException", role["RoleId"]):
        kms.put_key_policy(KeyId=key, Policy=kms.get_key_policy(KeyId=key)["Policy"])
    kms.put_key_policy(KeyId=key, Policy=policy)
    assert principals() == [root["AWS"], role["Arn"]]
    iam.delete_role(RoleName=name)


@pytest.mark.parametrize("policy", ["no JSON", "{}", '{"Statement": [{"Effect": "Allow"}]}'])
def test_a_malformed_key_policy_is_refused(policy: str, kms: "KMSClient", old: str) -> None:
    with refused("MalformedPolicyDocumentException"):
        kms.create_key(Policy=policy)
    with refused("MalformedPolicyDocumentException"):
        kms.put_key_policy(KeyId=old, Policy=policy)
