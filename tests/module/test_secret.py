"""The secret around its value: policy, tags, replicas, references, deletion."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from pytest_terraform import terraform as stack
from pytest_terraform.tf import TerraformTestApi

from harness import leaks
from harness.session import own_emulator
from harness.terraform import Terraform, TerraformError
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

NAME = "test/secret/orders"


@pytest.fixture(scope="module")
def terraform_of_orders(orders: TerraformTestApi) -> Terraform:
    """Terraform in the folder of the stack."""
    terraform = Terraform(Path(orders.terraform.module_dir))
    terraform.environment = {"TF_DATA_DIR": orders.work_dir}
    return terraform


@stack("orders", scope="module")
def test_what_is_made_in_the_same_apply_can_be_given(
    orders: TerraformTestApi, terraform_of_orders: Terraform
) -> None:
    plan = terraform_of_orders.plan(f"-state={orders.terraform.state_path}")

    assert plan.is_empty, plan


def test_the_record_of_the_stack_holds_no_value(
    orders: TerraformTestApi, secretsmanager: "SecretsManagerClient"
) -> None:
    folder = Path(orders.terraform.module_dir)
    value = json.loads(secretsmanager.get_secret_value(SecretId=NAME)["SecretString"])

    assert (folder / "tf_resources.json").exists()
    assert leaks.find(value["password"], [folder]) == []


def test_it_is_described_and_tagged(
    orders: TerraformTestApi, secretsmanager: "SecretsManagerClient"
) -> None:
    secret = secretsmanager.describe_secret(SecretId=NAME)

    assert secret["ARN"] == orders.outputs["secret"]["value"]["arn"]
    assert secret["Description"] == "Credentials of the orders database"
    tags = {tag["Key"]: tag["Value"] for tag in secret["Tags"]}
    assert tags == {"Environment": "test", "Owner": "team@example.com"}


def test_its_policy_has_the_callers_statements_and_denies_requests_without_tls(
    orders: TerraformTestApi, secretsmanager: "SecretsManagerClient"
) -> None:
    policy = json.loads(
        secretsmanager.get_resource_policy(SecretId=orders.outputs["secret"]["value"]["arn"])[
            "ResourcePolicy"
        ]
    )

    statements: dict[str, Any] = {it["Sid"]: it for it in policy["Statement"]}
    assert sorted(statements) == ["DenyRequestsWithoutTLS", "ReaderReads"]
    tls = statements["DenyRequestsWithoutTLS"]
    assert (tls["Effect"], tls["Principal"]) == ("Deny", "*")
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_public_policies_are_blocked(orders: TerraformTestApi) -> None:
    assert orders["aws_secretsmanager_secret_policy.this.block_public_policy"] is True


def test_it_is_copied_to_the_other_region_under_that_regions_key(
    orders: TerraformTestApi, secretsmanager: "SecretsManagerClient"
) -> None:
    (status,) = secretsmanager.describe_secret(SecretId=NAME)["ReplicationStatus"]
    assert status["Region"] == "eu-west-1"
    assert status["KmsKeyId"].startswith("arn:aws:kms:eu-west-1:")

    there = boto3.client("secretsmanager", region_name="eu-west-1").describe_secret(SecretId=NAME)
    assert orders.outputs["secret"]["value"]["replicas"] == {"eu-west-1": there["ARN"]}


def test_references_name_each_key_of_the_value(
    orders: TerraformTestApi, secretsmanager: "SecretsManagerClient"
) -> None:
    outputs = orders.outputs["secret"]["value"]
    value = json.loads(secretsmanager.get_secret_value(SecretId=NAME)["SecretString"])

    assert outputs["references"]["ecs"] == {key: f"{outputs['arn']}:{key}::" for key in value}
    assert outputs["references"]["cloudformation"] == {
        key: f"{{{{resolve:secretsmanager:{outputs['arn']}:SecretString:{key}}}}}" for key in value
    }


def test_cloudformation_resolves_the_reference(orders: TerraformTestApi) -> None:
    references = orders.outputs["secret"]["value"]["references"]["cloudformation"]
    cloudformation = boto3.client("cloudformation")
    template = {
        "Resources": {
            "Parameter": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {
                    "Name": "/test/username",
                    "Type": "String",
                    "Value": references["username"],
                },
            }
        }
    }
    cloudformation.create_stack(StackName="consumer", TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="consumer", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )

    parameter = boto3.client("ssm").get_parameter(Name="/test/username")["Parameter"]
    assert parameter["Value"] == "orders"
    cloudformation.delete_stack(StackName="consumer")


DELETED = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

module "secret" {
  source = "./module"

  name     = var.name
  database = { engine = "mysql", username = "dbadmin" }
  key      = { aws_managed = true }
}
"""


def test_a_secret_scheduled_for_deletion_is_not_made_twice_and_can_be_restored(
    workspace: Workspace,
    secretsmanager: "SecretsManagerClient",
    secret_name: str,
) -> None:
    terraform = workspace(DELETED)
    terraform.apply(name=secret_name)
    value = secretsmanager.get_secret_value(SecretId=secret_name)["SecretString"]
    arn = secretsmanager.describe_secret(SecretId=secret_name)["ARN"]
    terraform.destroy()
    # The default is 30 days. The provider retries for two minutes before it reports the refusal.
    deleted = secretsmanager.describe_secret(SecretId=secret_name)
    assert (deleted["DeletedDate"] - deleted["LastChangedDate"]).days in (29, 30)

    with pytest.raises(TerraformError) as refused:
        terraform.apply(name=secret_name)
    assert "already scheduled for deletion" in str(refused.value)
    assert "Run: aws secretsmanager restore-secret, then import it" in str(refused.value)

    secretsmanager.restore_secret(SecretId=secret_name)
    terraform.run(
        "import",
        "module.secret.aws_secretsmanager_secret.this",
        arn,
        variables={"name": secret_name},
    )
    terraform.apply(name=secret_name)
    assert secretsmanager.describe_secret(SecretId=secret_name)["ARN"] == arn
    restored = secretsmanager.get_secret_value(SecretId=secret_name)["SecretString"]
    assert json.loads(restored) == json.loads(value)


@pytest.mark.exhaustive
@pytest.mark.parametrize("remembered", [True, False], ids=["in the state", "not in the state"])
def test_a_secret_that_is_gone_but_still_listed_is_made_anew(
    workspace: Workspace, tmp_path: Path, secret_name: str, *, remembered: bool
) -> None:
    with own_emulator(tmp_path / "emulator", LIST_SECRETS_LAG_SECONDS="30"):
        client = boto3.Session().client("secretsmanager")
        terraform = workspace(DELETED)
        terraform.apply(name=secret_name)
        gone = client.describe_secret(SecretId=secret_name)["ARN"]
        while not client.list_secrets()["SecretList"]:
            time.sleep(1)

        client.delete_secret(SecretId=secret_name, ForceDeleteWithoutRecovery=True)
        if not remembered:
            terraform.run("state rm", "module.secret")
        (listed,) = client.list_secrets()["SecretList"]
        assert listed["ARN"] == gone

        terraform.apply(name=secret_name)
        made = client.get_secret_value(SecretId=secret_name)
        assert made["ARN"] != gone
        assert len(json.loads(made["SecretString"])["password"]) == 32
        plan = terraform.plan(name=secret_name)
        assert plan.is_empty, plan
