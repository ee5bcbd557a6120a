"""No combination of `access` options locks out the account, an administrator or Terraform."""

import itertools
import json
import re
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest

from harness.terraform import Terraform, TerraformError
from harness.workspace import Workspace
from iam.engine import Engine, Policies, Request

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

POLICIES = """
variable "access" {
  type = any
}

module "policies" {
  source   = "./module/modules/policies"
  for_each = var.access

  secret_name    = "tests/access"
  account_id     = "000000000000"
  region         = "us-east-1"
  key_arn        = "arn:aws:kms:us-east-1:000000000000:key/tests"
  readers        = try(each.value.readers, null)
  services       = try(each.value.services, {})
  administrators = try(each.value.administrators, [])
  rotators       = try(each.value.rotators, [])
  conditions     = try(each.value.conditions, {})
}

output "secret_policies" {
  value = { for name, policies in module.policies : name => policies.resource_policies_json.secret }
}
"""
SECRETS = """
provider "aws" {
  region = "us-east-1"
}

variable "access" {
  type = any
}

module "secret" {
  source   = "./module"
  for_each = var.access

  name             = "tests/access/${each.key}"
  secret_string_wo = try(each.value.create_value, true) ? "tests" : null
  create_value     = try(each.value.create_value, true)

  access = {
    readers        = try(each.value.readers, null)
    administrators = try(each.value.administrators, [])
    conditions     = try(each.value.conditions, null)
  }
}
"""
APPLICATION = "arn:aws:iam::000000000000:role/application"
DEPLOY = "arn:aws:iam::000000000000:role/deploy"
ROTATION = "arn:aws:iam::000000000000:role/rotation"
ACCOUNT_ADMINISTRATOR = "arn:aws:iam::000000000000:role/AdministratorAccess"
ROOT = "arn:aws:iam::000000000000:root"
APPFLOW = "appflow.amazonaws.com"
SECRET = "arn:aws:secretsmanager:us-east-1:000000000000:secret:tests/access-AbCdEf"
REPAIR = ["GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy"]
ALLOWED_EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
# A request that meets no limit for readers: no network, organization or tag, and the wrong time.
OUT_OF_LIMITS = {
    "aws:SecureTransport": "true",
    "aws:ViaAWSService": "false",
    "aws:CurrentTime": "2030-01-01T00:00:00Z",
}
LIMITS: dict[str, dict[str, object]] = {
    "vpc_endpoint_ids": {"vpc_endpoint_ids": ["vpce-0a1b2c3d"]},
    "source_ip_cidrs": {"source_ip_cidrs": ["203.0.113.0/24"]},
    "organization_id": {"organization_id": "o-abcdefghij"},
    "time": {"not_before": "2026-01-01T00:00:00Z", "not_after": "2026-12-31T00:00:00Z"},
    "principal_tags": {"principal_tags": {"Team": "orders"}},
}


@pytest.fixture(scope="module")
def iam() -> "IAMClient":
    return boto3.client("iam")


@pytest.fixture(scope="module")
def role_arn(iam: "IAMClient") -> Iterator[str]:
    """A role with a path. The ARN of a session does not contain the path."""
    name = f"terraform-{uuid.uuid4().hex}"
    yield iam.create_role(RoleName=name, Path="/ci/", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    iam.delete_role(RoleName=name)


@pytest.fixture
def run_by_role(workspace: Workspace, role_arn: str) -> Terraform:
    """Terraform that a session of that role runs."""
    session = boto3.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="deploy")
    terraform = workspace(SECRETS)
    terraform.environment |= {
        "AWS_ACCESS_KEY_ID": session["Credentials"]["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["Credentials"]["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["Credentials"]["SessionToken"],
    }
    return terraform


@pytest.fixture
def run_by_user(workspace: Workspace, iam: "IAMClient") -> Iterator[tuple[Terraform, str]]:
    """Terraform that an IAM user runs, and the user's ARN."""
    name = f"terraform-{uuid.uuid4().hex}"
    user = iam.create_user(UserName=name)["User"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    terraform = workspace(SECRETS)
    terraform.environment |= {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }
    yield terraform, user["Arn"]
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=name)


def refusals(terraform: Terraform, access: dict[str, dict[str, object]], arn: str) -> int:
    """Count the refusals which say that `arn`, which runs Terraform, could not read the value."""
    with pytest.raises(TerraformError) as refused:
        terraform.plan(access=access)
    words = rf"does not name {arn}, which runs Terraform(, among access\.administrators)?\. In the"
    return len(re.findall(words, refused.value.on_one_line))


def test_a_limit_that_shuts_out_who_runs_terraform_is_refused(
    run_by_role: Terraform, role_arn: str
) -> None:
    elsewhere = role_arn.replace("000000000000", "111122223333")
    limits: dict[str, dict[str, object]] = {
        "readers": {"readers": [APPLICATION]},
        "a-reader-of-the-same-name-in-another-account": {"readers": [elsewhere]},
        **{name: {"conditions": limit} for name, limit in LIMITS.items()},
        "a-reader-to-whom-a-limit-applies": {"readers": [role_arn], "conditions": LIMITS["time"]},
    }

    assert refusals(run_by_role, limits, role_arn.replace("/ci/", "/")) == len(limits)


def test_a_role_that_runs_terraform_is_named_as_administrator_or_reader(
    run_by_role: Terraform, role_arn: str
) -> None:
    run_by_role.plan(
        access={
            "administrator": {
                "administrators": [role_arn],
                "conditions": LIMITS["organization_id"],
            },
            "reader": {"readers": [role_arn]},
            "where-Terraform-does-not-read": {"readers": [APPLICATION], "create_value": False},
            "no-limit": {"conditions": {}},
        }
    )


def test_a_user_that_runs_terraform_is_known_by_its_arn(
    run_by_user: tuple[Terraform, str],
) -> None:
    terraform, arn = run_by_user

    terraform.plan(access={"named": {"readers": [APPLICATION], "administrators": [arn]}})
    assert refusals(terraform, {"not-named": {"readers": [APPLICATION]}}, arn) == 1


def test_every_combination_of_options_can_be_repaired_and_read_by_terraform(
    workspace: Workspace, engine: Engine
) -> None:
    limits = [
        {key: value for name in names for key, value in LIMITS[name].items()}
        for number in range(len(LIMITS) + 1)
        for names in itertools.combinations(LIMITS, number)
    ]
    readers: list[dict[str, object]] = [{}, {"readers": [APPLICATION]}]
    others: list[dict[str, object]] = [{}, {"services": {APPFLOW: {}}, "rotators": [ROTATION]}]
    access = {
        str(number): {"administrators": [DEPLOY], "conditions": conditions, **who, **more}
        for number, (conditions, who, more) in enumerate(itertools.product(limits, readers, others))
    }
    plan = workspace(POLICIES).plan(access=access)
    policies = json.loads(plan.json)["planned_values"]["outputs"]["secret_policies"]["value"]
    assert len(policies) == 2**7

    asked = {
        f"{access[number]}: {principal} {action}": (
            Request(principal, f"secretsmanager:{action}", SECRET, "000000000000", OUT_OF_LIMITS),
            Policies(identity=identity, resource=json.loads(policy)),
        )
        for number, policy in policies.items()
        for principal, identity, actions in (
            (DEPLOY, [], [*REPAIR, "GetSecretValue"]),
            (ROOT, [ALLOWED_EVERYTHING], [*REPAIR, "GetSecretValue"]),
            (ACCOUNT_ADMINISTRATOR, [ALLOWED_EVERYTHING], REPAIR),
        )
        for action in actions
    }
    decisions = engine.decide_all(asked.values())

    denied = [name for name, it in zip(asked, decisions, strict=True) if not it.allowed]
    assert denied == []
