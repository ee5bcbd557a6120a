"""The example vpc-only: a secret and the one VPC endpoint through which it is read.

test_access_matrix.py tests who has access and what is denied.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from harness import leaks
from harness.network import describe_endpoint, describe_rules
from harness.terraform import Terraform
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

pytestmark = pytest.mark.exhaustive

DEPLOY = "arn:aws:iam::000000000000:role/deploy"
VARIABLES: dict[str, Any] = {"recovery_window_in_days": 0, "administrators": [DEPLOY]}


@pytest.fixture(scope="module")
def applied(shared_workspace: Workspace) -> Terraform:
    """Apply the example."""
    terraform = shared_workspace.example("vpc-only")
    terraform.apply(**VARIABLES)
    return terraform


@pytest.fixture(scope="module")
def outputs(applied: Terraform) -> dict[str, Any]:
    """The example's outputs."""
    return applied.output()


@pytest.fixture(scope="module")
def endpoint(outputs: dict[str, Any]) -> dict[str, Any]:
    """The endpoint as EC2 describes it."""
    return describe_endpoint(outputs["vpc_endpoint_id"])


@pytest.fixture(scope="module")
def secret_policy(
    outputs: dict[str, Any], secretsmanager: "SecretsManagerClient"
) -> dict[str, dict[str, Any]]:
    """Statements of the secret's policy by Sid."""
    policy = secretsmanager.get_resource_policy(SecretId=outputs["arn"])["ResourcePolicy"]
    return by_sid(json.loads(policy))


def by_sid(policy: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_a_second_plan_changes_nothing(applied: Terraform) -> None:
    plan = applied.plan(**VARIABLES)

    assert plan.is_empty, plan


def test_the_vpc_has_no_way_to_the_internet(endpoint: dict[str, Any]) -> None:
    ec2 = boto3.client("ec2")
    of_the_vpc = [{"Name": "vpc-id", "Values": [endpoint["VpcId"]]}]

    tables = ec2.describe_route_tables(Filters=of_the_vpc)["RouteTables"]
    subnets = ec2.describe_subnets(Filters=of_the_vpc)["Subnets"]

    assert {route["GatewayId"] for table in tables for route in table["Routes"]} == {"local"}
    assert [subnet["MapPublicIpOnLaunch"] for subnet in subnets] == [False, False]


def test_the_usual_name_of_secrets_manager_leads_to_the_endpoint_in_both_zones(
    outputs: dict[str, Any], endpoint: dict[str, Any]
) -> None:
    ec2 = boto3.client("ec2")

    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        attribute = f"e{name[1:]}"
        answer = ec2.describe_vpc_attribute(VpcId=endpoint["VpcId"], Attribute=attribute)
        assert answer[name]["Value"], name
    assert endpoint["ServiceName"] == "com.amazonaws.us-east-1.secretsmanager"
    assert endpoint["PrivateDnsEnabled"]
    assert set(endpoint["SubnetIds"]) == set(outputs["subnet_ids"])
    subnets = ec2.describe_subnets(SubnetIds=endpoint["SubnetIds"])["Subnets"]
    assert {subnet["AvailabilityZone"] for subnet in subnets} == {"us-east-1a", "us-east-1b"}


def test_the_application_reaches_the_endpoint_by_https_and_nothing_else(
    outputs: dict[str, Any], endpoint: dict[str, Any]
) -> None:
    application_id = outputs["security_group_id"]
    (group,) = endpoint["Groups"]

    (incoming,) = describe_rules(group["GroupId"]).values()
    (outgoing,) = describe_rules(application_id).values()

    assert (incoming["IsEgress"], outgoing["IsEgress"]) == (False, True)
    assert incoming["ReferencedGroupInfo"]["GroupId"] == application_id
    assert outgoing["ReferencedGroupInfo"]["GroupId"] == group["GroupId"]
    for rule in (incoming, outgoing):
        assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)


def test_the_secrets_policy_names_the_endpoint_and_the_endpoints_the_secret(
    outputs: dict[str, Any], endpoint: dict[str, Any], secret_policy: dict[str, dict[str, Any]]
) -> None:
    denial = secret_policy["DenyReadingFromElsewhere"]["Condition"]["StringNotEqualsIfExists"]
    reading = by_sid(endpoint["Policy"])["ReadPayrollDatabaseCredentials"]

    assert denial == {"aws:SourceVpce": [endpoint["VpcEndpointId"]]}
    assert reading["Resource"] == outputs["arn"]
    assert outputs["role_arn"] in reading["Condition"]["ArnEquals"]["aws:PrincipalArn"]


def test_no_denial_of_reading_is_for_whoever_runs_terraform(
    secret_policy: dict[str, dict[str, Any]],
) -> None:
    denials = {sid: it for sid, it in secret_policy.items() if sid.startswith("DenyReading")}

    assert set(denials) == {"DenyReadingByOthers", "DenyReadingFromElsewhere"}
    for denial in denials.values():
        assert DEPLOY in denial["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]


def test_its_value_leaves_no_trace(
    applied: Terraform, outputs: dict[str, Any], secretsmanager: "SecretsManagerClient"
) -> None:
    text = secretsmanager.get_secret_value(SecretId=outputs["arn"])["SecretString"]
    password = json.loads(text)["password"]

    found = leaks.find(password, [applied.folder], {"output": applied.transcript})

    assert found == []


def test_all_of_it_goes_with_terraform_destroy(
    applied: Terraform, outputs: dict[str, Any], secretsmanager: "SecretsManagerClient"
) -> None:
    applied.destroy()  # the last test, since the others need what it destroys

    assert describe_endpoint(outputs["vpc_endpoint_id"])["State"] == "deleted"
    with pytest.raises(secretsmanager.exceptions.ResourceNotFoundException):
        secretsmanager.describe_secret(SecretId=outputs["arn"])
