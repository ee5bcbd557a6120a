"""Replicas in other regions: added, removed, refused for a taken name, reported on failure."""

from typing import TYPE_CHECKING

import boto3
import pytest

from harness.terraform import Terraform, TerraformError
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

HCL = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

variable "regions" {
  type = map(string)
}

variable "overwrite" {
  type    = bool
  default = false
}

locals {
  replicas = { for region, key in var.regions : region => { kms_key_arn = key } }
}

module "secret" {
  source = "./module"

  name                           = var.name
  database                       = { engine = "mysql", username = "app" }
  replicas                       = local.replicas
  force_overwrite_replica_secret = var.overwrite
  recovery_window_in_days        = 0
}

output "replicas" {
  value = module.secret.replicas
}
"""
REGIONS = ("eu-west-1", "eu-central-1", "us-west-2")


def client(region: str) -> "SecretsManagerClient":
    return boto3.client("secretsmanager", region_name=region)


def made_keys(*regions: str) -> dict[str, str]:
    """Create a key in each of these regions."""
    return {
        region: boto3.client("kms", region_name=region).create_key()["KeyMetadata"]["Arn"]
        for region in regions
    }


def value(region: str, name: str) -> str:
    return client(region).get_secret_value(SecretId=name)["SecretString"]


def holds(region: str, name: str) -> bool:
    """Return whether a region has a secret of this name."""
    secrets = client(region)
    try:
        secrets.describe_secret(SecretId=name)
    except secrets.exceptions.ResourceNotFoundException:
        return False
    return True


def refusal(terraform: Terraform, **variables: object) -> str:
    with pytest.raises(TerraformError) as refused:
        terraform.plan(**variables)
    return refused.value.on_one_line


@pytest.mark.exhaustive
def test_copies_are_added_and_removed_one_by_one_and_the_last_one_by_hand(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    terraform = workspace(HCL)
    keys = made_keys(*REGIONS)
    terraform.apply(name=secret_name, regions=keys)
    assert {value(region, secret_name) for region in REGIONS} == {value("us-east-1", secret_name)}

    del keys["us-west-2"]
    terraform.apply(name=secret_name, regions=keys)
    assert [region for region in REGIONS if holds(region, secret_name)] == [*keys]
    plan = terraform.plan(name=secret_name, regions=keys)
    assert plan.is_empty, plan

    words = refusal(terraform, name=secret_name, regions={})
    assert f"--secret-id {secret_name} --remove-replica-regions eu-central-1 eu-west-1" in words
    secretsmanager.remove_regions_from_replication(
        SecretId=secret_name, RemoveReplicaRegions=["eu-central-1", "eu-west-1"]
    )
    terraform.apply(name=secret_name, regions={})
    assert not [region for region in REGIONS if holds(region, secret_name)]
    plan = terraform.plan(name=secret_name, regions={})
    assert plan.is_empty, plan


@pytest.mark.exhaustive
def test_a_copy_where_the_name_is_taken_fails_the_apply_until_it_may_overwrite(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    there = client("eu-west-1")
    there.create_secret(Name=secret_name, SecretString="theirs")
    terraform = workspace(HCL)
    keys = made_keys("eu-west-1")

    with pytest.raises(TerraformError) as refused:
        terraform.apply(name=secret_name, regions=keys)
    words = refused.value.on_one_line
    assert "The secret is not copied to every region. eu-west-1:" in words
    assert f"--secret-id {secret_name} --remove-replica-regions eu-west-1" in words
    assert "eu-west-1" in refusal(terraform, name=secret_name, regions=keys)

    secretsmanager.remove_regions_from_replication(
        SecretId=secret_name, RemoveReplicaRegions=["eu-west-1"]
    )
    assert value("eu-west-1", secret_name) == "theirs"

    terraform.apply(name=secret_name, regions=keys, overwrite=True)
    assert value("eu-west-1", secret_name) == value("us-east-1", secret_name)
    plan = terraform.plan(name=secret_name, regions=keys, overwrite=True)
    assert plan.is_empty, plan


def test_a_copy_under_a_key_that_cannot_be_used_fails_the_apply_with_the_reason_of_aws(
    workspace: Workspace, secret_name: str
) -> None:
    keys = made_keys("eu-west-1")
    boto3.client("kms", region_name="eu-west-1").disable_key(KeyId=keys["eu-west-1"])
    terraform = workspace(HCL)

    with pytest.raises(TerraformError) as refused:
        terraform.apply(name=secret_name, regions=keys)

    (status,) = client("us-east-1").describe_secret(SecretId=secret_name)["ReplicationStatus"]
    assert status["Status"] == "Failed"
    assert f"eu-west-1: {status['StatusMessage']}" in refused.value.on_one_line


@pytest.mark.exhaustive
def test_a_copy_that_has_failed_since_is_told_by_the_next_plan_and_does_not_stop_destroy(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    keys = made_keys("eu-west-1")
    terraform = workspace(HCL)
    terraform.apply(name=secret_name, regions=keys)
    boto3.client("kms", region_name="eu-west-1").disable_key(KeyId=keys["eu-west-1"])
    secretsmanager.put_secret_value(
        SecretId=secret_name, SecretString='{"username": "app", "password": "rotated"}'
    )

    assert "not copied to every region. eu-west-1:" in refusal(
        terraform, name=secret_name, regions=keys
    )

    terraform.destroy(name=secret_name, regions=keys)
    assert not holds("us-east-1", secret_name)
    assert not holds("eu-west-1", secret_name)
