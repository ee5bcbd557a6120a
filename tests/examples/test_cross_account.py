"""examples/cross-account: the role is in one account, the secret in the other."""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from emulator.localstack import session_in
from harness import leaks
from harness.markdown import block
from harness.terraform import Terraform
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

pytestmark = pytest.mark.exhaustive

# Not the example's default account, in which another file's tests apply it.
READER_ACCOUNT = "333333333333"
READER = session_in(READER_ACCOUNT)
VARIABLES = {
    "recovery_window_in_days": 0,
    "reader_account_role_arn": f"arn:aws:iam::{READER_ACCOUNT}:role/deploy",
}
NAME = "inventory/database/reports"
ROLE = "inventory-reports"


@pytest.fixture(scope="module")
def terraform(shared_workspace: Workspace) -> Terraform:
    """Apply the example."""
    terraform = shared_workspace.example("cross-account")
    terraform.apply(**VARIABLES)
    return terraform


@pytest.fixture(scope="module")
def readers_iam() -> "IAMClient":
    """Client of IAM in the reader's account."""
    return READER.client("iam")


def test_a_second_plan_is_empty(terraform: Terraform) -> None:
    plan = terraform.plan(**VARIABLES)

    assert plan.is_empty, plan


def test_the_secret_and_its_key_are_in_the_owners_account_alone(
    terraform: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    secret = secretsmanager.describe_secret(SecretId=NAME)

    assert secret["ARN"] == terraform.output()["arn"]
    assert secret["KmsKeyId"] == terraform.output()["key_arn"]
    assert ":000000000000:" in secret["ARN"]
    assert ":000000000000:" in secret["KmsKeyId"]
    reader = READER.client("secretsmanager")
    with pytest.raises(reader.exceptions.ResourceNotFoundException):
        reader.describe_secret(SecretId=NAME)
    assert READER.client("kms").list_keys()["Keys"] == []


def test_the_role_is_in_the_readers_account_alone_and_may_read_the_owners_secret(
    terraform: Terraform, readers_iam: "IAMClient"
) -> None:
    role = readers_iam.get_role(RoleName=ROLE)["Role"]
    arn = f"arn:aws:iam::{READER_ACCOUNT}:role/{ROLE}"
    assert role["Arn"] == terraform.output()["role_arn"] == arn
    owners_iam: IAMClient = boto3.client("iam")
    with pytest.raises(owners_iam.exceptions.NoSuchEntityException):
        owners_iam.get_role(RoleName=ROLE)

    (name,) = readers_iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
    policy = readers_iam.get_role_policy(RoleName=ROLE, PolicyName=name)["PolicyDocument"]
    assert f":000000000000:secret:{NAME}-" in json.dumps(policy)


def test_both_policies_of_the_owner_name_the_role(
    terraform: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    # test_access_matrix.py tests what they allow and deny.
    outputs = terraform.output()
    policies = (
        secretsmanager.get_resource_policy(SecretId=outputs["arn"])["ResourcePolicy"],
        boto3.client("kms").get_key_policy(KeyId=outputs["key_arn"], PolicyName="default")[
            "Policy"
        ],
    )

    for policy in policies:
        allowed = [
            statement["Sid"]
            for statement in json.loads(policy)["Statement"]
            if statement["Effect"] == "Allow"
            and statement["Principal"] == {"AWS": [outputs["role_arn"]]}
        ]
        assert len(allowed) == 1, policy


def test_the_role_reads_by_the_arn_as_the_readme_shows_and_cannot_find_the_name(
    terraform: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = terraform.output()
    session = READER.client("sts").assume_role(
        RoleArn=outputs["role_arn"], RoleSessionName="reports"
    )["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", session["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", session["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", session["SessionToken"])
    monkeypatch.setenv("SECRET_ARN", outputs["arn"])
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps the credentials of the first use
    snippet = block("examples/cross-account/README.md", "python", "import boto3")
    found: dict[str, Any] = {}
    exec(snippet, found)  # noqa: S102

    value, client = found["credentials"], found["client"]
    assert value["username"] == "reports"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId=NAME)
    assert leaks.find(value["password"], [terraform.folder], {"output": terraform.transcript}) == []


def test_both_sides_are_destroyed_together(
    terraform: Terraform, readers_iam: "IAMClient", secretsmanager: "SecretsManagerClient"
) -> None:
    terraform.destroy()

    with pytest.raises(readers_iam.exceptions.NoSuchEntityException):
        readers_iam.get_role(RoleName=ROLE)
    with pytest.raises(secretsmanager.exceptions.ResourceNotFoundException):
        secretsmanager.describe_secret(SecretId=NAME)
