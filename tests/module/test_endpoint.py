"""modules/vpc-endpoint: VPC endpoints for many secrets, restricted from the start."""

import uuid
from typing import Any

import boto3
import pytest

from harness.network import describe_endpoint, describe_rules
from harness.terraform import Terraform, TerraformError
from harness.workspace import Workspace

pytestmark = pytest.mark.exhaustive

HCL = """
provider "aws" {
  region = "us-east-1"
}

variable "enable_dns_hostnames" {
  type    = bool
  default = true
}

variable "clients" {
  type = any

  default = {
    office = { ip_range = "10.0.7.0/24" }
    shop   = { ip_range = "10.0.8.0/24" }
  }
}

variable "leads_to_two_secrets" {
  type    = bool
  default = true
}

resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = var.enable_dns_hostnames
}

resource "aws_subnet" "this" {
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.0.0.0/24"
  availability_zone = "us-east-1a"
}

resource "aws_security_group" "application" {
  description = "The application"
  vpc_id      = aws_vpc.this.id
}

module "policies" {
  source   = "./module/modules/policies"
  for_each = toset(["shop/one", "shop/two"])

  secret_name = each.key
  account_id  = "000000000000"
  region      = "us-east-1"
}

locals {
  endpoint_policies = values(module.policies)[*].identity_policies_json.endpoint
}

module "endpoint" {
  source = "./module/modules/vpc-endpoint"

  vpc_id           = aws_vpc.this.id
  subnet_ids       = [aws_subnet.this.id]
  services         = ["secretsmanager", "kms"]
  policy_documents = var.leads_to_two_secrets ? local.endpoint_policies : []
  tags             = { Project = "tests" }

  clients = merge(var.clients, {
    application = { security_group_id = aws_security_group.application.id }
  })
}

output "ids" {
  value = module.endpoint.ids
}

output "security_group_id" {
  value = module.endpoint.security_group_id
}

output "application_id" {
  value = aws_security_group.application.id
}
"""
EXISTING_VPC = """
provider "aws" {
  region = "us-east-1"
}

variable "vpc_id" {
  type = string
}

module "endpoint" {
  source = "./module/modules/vpc-endpoint"

  vpc_id     = var.vpc_id
  subnet_ids = ["subnet-0a1b2c3d"]
  clients    = { office = { ip_range = "10.0.7.0/24" } }
}
"""


@pytest.fixture(scope="module")
def terraform(shared_workspace: Workspace) -> Terraform:
    """A working folder for HCL."""
    return shared_workspace(HCL)


@pytest.fixture(scope="module")
def open_endpoints(terraform: Terraform) -> dict[str, dict[str, Any]]:
    """Apply the endpoints for both services, first with policies that name no secret."""
    terraform.apply(leads_to_two_secrets=False)
    return endpoints(terraform.output())


@pytest.fixture(scope="module")
def applied(terraform: Terraform, open_endpoints: object) -> Terraform:  # noqa: ARG001
    """Limit the endpoint for Secrets Manager to two secrets."""
    terraform.apply()
    return terraform


@pytest.fixture(scope="module")
def outputs(applied: Terraform) -> dict[str, Any]:
    """The outputs after that apply."""
    return applied.output()


def endpoints(outputs: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the endpoints as EC2 describes them, by service."""
    return {service: describe_endpoint(id_) for service, id_ in outputs["ids"].items()}


def test_a_second_plan_changes_nothing(applied: Terraform) -> None:
    plan = applied.plan()

    assert plan.is_empty, plan


def test_each_service_has_an_endpoint_with_private_dns_and_the_tags(
    outputs: dict[str, Any],
) -> None:
    found = endpoints(outputs)

    assert set(found) == {"secretsmanager", "kms"}
    for service, endpoint in found.items():
        assert endpoint["ServiceName"] == f"com.amazonaws.us-east-1.{service}"
        assert endpoint["VpcEndpointType"] == "Interface"
        assert endpoint["PrivateDnsEnabled"]
        assert endpoint["Tags"] == [{"Key": "Project", "Value": "tests"}]
        (group,) = endpoint["Groups"]
        assert group["GroupId"] == outputs["security_group_id"]


def test_clients_come_in_by_https_and_nothing_goes_out(outputs: dict[str, Any]) -> None:
    found = describe_rules(outputs["security_group_id"])

    assert {name: rule.get("CidrIpv4") for name, rule in found.items()} == {
        "HTTPS from office": "10.0.7.0/24",
        "HTTPS from shop": "10.0.8.0/24",
        "HTTPS from application": None,
    }
    application = found["HTTPS from application"]["ReferencedGroupInfo"]["GroupId"]
    assert application == outputs["application_id"]
    for rule in found.values():
        assert not rule["IsEgress"]
        assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)


def test_the_policies_of_several_secrets_are_joined(outputs: dict[str, Any]) -> None:
    joined = endpoints(outputs)["secretsmanager"]["Policy"]

    assert joined["Version"] == "2012-10-17"
    assert {statement["Sid"]: statement["Resource"] for statement in joined["Statement"]} == {
        "ReadShopOne": "arn:aws:secretsmanager:us-east-1:000000000000:secret:shop/one-??????",
        "ReadInBatchesShopOne": "*",
        "ReadShopTwo": "arn:aws:secretsmanager:us-east-1:000000000000:secret:shop/two-??????",
        "ReadInBatchesShopTwo": "*",
    }


def test_that_for_kms_is_for_the_account_and_what_is_its_own(outputs: dict[str, Any]) -> None:
    (statement,) = endpoints(outputs)["kms"]["Policy"]["Statement"]

    assert statement["Action"] == "kms:*"
    assert statement["Condition"]["StringEquals"] == {
        "aws:PrincipalAccount": "000000000000",
        "aws:ResourceAccount": "000000000000",
    }


def test_without_documents_secrets_manager_is_for_the_account_and_what_is_its_own(
    open_endpoints: dict[str, dict[str, Any]],
) -> None:
    # test_access_matrix.py tests what the policy allows.
    for_kms = open_endpoints["kms"]["PolicyDocument"]
    for_secrets_manager = open_endpoints["secretsmanager"]["PolicyDocument"]
    assert for_secrets_manager == for_kms.replace("kms:*", "secretsmanager:*")


def test_when_a_client_goes_the_others_keep_their_rules(applied: Terraform) -> None:
    plan = applied.plan(clients={"shop": {"ip_range": "10.0.8.0/24"}})

    assert plan.actions_on('ingress_rule.clients["office"]') == ("delete",)
    assert plan.deletes == ["aws_vpc_security_group_ingress_rule"]
    assert plan.creates == plan.updates == plan.replaces == []


@pytest.mark.exhaustive
def test_a_vpc_that_is_made_without_dns_host_names_gets_no_endpoint(workspace: Workspace) -> None:
    ec2 = boto3.client("ec2")
    terraform = workspace(HCL)

    with pytest.raises(TerraformError) as refused:
        terraform.apply(enable_dns_hostnames=False)

    words = refused.value.on_one_line
    assert "enable_dns_support = true and enable_dns_hostnames = false" in words
    resources = terraform.show_state()["values"]["root_module"]
    (vpc,) = (it for it in resources["resources"] if it["type"] == "aws_vpc")
    of_the_vpc = [{"Name": "vpc-id", "Values": [vpc["values"]["id"]]}]
    assert ec2.describe_vpc_endpoints(Filters=of_the_vpc)["VpcEndpoints"] == []

    terraform.apply("-target=aws_vpc.this", enable_dns_hostnames=True)
    assert "aws_vpc_endpoint" in terraform.plan().creates


def test_a_vpc_without_dns_host_names_is_refused_at_plan_time(workspace: Workspace) -> None:
    ec2 = boto3.client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    with pytest.raises(TerraformError) as refused:
        workspace(EXISTING_VPC).plan(vpc_id=vpc_id)

    ec2.delete_vpc(VpcId=vpc_id)
    assert f"The VPC {vpc_id} has enable_dns_support = true" in refused.value.on_one_line
    assert "terraform apply -target=aws_vpc.NAME" in refused.value.on_one_line


def test_a_vpc_that_does_not_exist_is_refused(workspace: Workspace) -> None:
    with pytest.raises(TerraformError) as refused:
        workspace(EXISTING_VPC).plan(vpc_id=f"vpc-{uuid.uuid4().hex[:17]}")

    assert "check vpc_id" in refused.value.on_one_line
