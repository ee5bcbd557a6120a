"""Rotation end to end: Terraform, Secrets Manager, the function's zip and a real database."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from harness import aws_commands, leaks
from harness.databases import Server
from harness.doctor import diagnose
from harness.forwarder import Forwarder
from harness.functions import function as running_function
from harness.functions import log_group, wait_for_logs
from harness.rotation_events import Rotations
from harness.terraform import Plan, Terraform, TerraformError
from harness.waits import wait_until
from harness.workspace import Workspace
from secret_doctor.aws import AWS
from tools import package

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

# A line of the function's log.
FINISHED = '"outcome": "finished"'

HCL = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

variable "database" {
  type = any
}

variable "rotation" {
  type    = any
  default = null
}

variable "superuser_password" {
  type      = string
  default   = null
  ephemeral = true
}

module "superuser" {
  source = "./module"

  name                    = "${var.name}/superuser"
  database                = merge(var.database, { username = "superuser" })
  password_wo             = var.superuser_password
  recovery_window_in_days = 0

  access = {
    readers = can(var.rotation.function.package) ? [
      module.credentials.rotation_role_arn
    ] : null
    administrators = ["arn:aws:iam::000000000000:role/deploy"]
  }
}

module "credentials" {
  source = "./module"

  name                    = "${var.name}/credentials"
  rotation                = var.rotation
  recovery_window_in_days = 0

  database = merge(var.database, {
    superuser_secret_arn = module.superuser.arn
    superuser_key_arn    = module.superuser.key_arn
  })
}

output "arn" {
  value = module.credentials.arn
}
"""
ROTATIONS = 120


@dataclass
class Story:
    """A database user whose password Terraform creates and a function rotates."""

    terraform: Terraform
    server: Server
    client: "SecretsManagerClient"
    rotations: Rotations
    variables: dict[str, Any]
    username: str

    @property
    def arn(self) -> str:
        return str(self.terraform.output()["arn"])

    def apply(self, **changes: object) -> None:
        """Apply with these variables changed."""
        self.variables |= changes
        self.terraform.apply(**self.variables, superuser_password=self.server.superuser_password)

    def plan(self) -> Plan:
        return self.terraform.plan(**self.variables)

    def rotate(self, arn: str) -> None:
        """Rotate, and wait for its success."""
        self.client.rotate_secret(SecretId=arn)
        self.wait(arn)

    def wait(self, arn: str) -> None:
        """Wait until a rotation has succeeded."""
        event = self.rotations.wait_for_end(arn)
        assert event.name == "RotationSucceeded", event

    def value(self, stage: str = "AWSCURRENT") -> dict[str, Any]:
        """Return the value of the version with this staging label."""
        text = self.client.get_secret_value(
            SecretId=f"{self.variables['name']}/credentials", VersionStage=stage
        )["SecretString"]
        value: dict[str, Any] = json.loads(text)
        return value

    def logs_in(self, value: dict[str, Any]) -> bool:
        return self.server.logs_in(value["username"], value["password"])


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def story(
    workspace: Workspace,
    server: Server,
    secretsmanager: "SecretsManagerClient",
    rotations: Rotations,
    tmp_path: Path,
) -> Iterator[Story]:
    """Create the secret and the user in the database, without rotation."""
    file = tmp_path / "rotation.zip"
    package.build(file, server.ca_file)
    database = {"engine": server.engine, "host": server.host, "port": server.port}
    username = f"user_{uuid.uuid4().hex[:12]}"
    variables = {
        "name": f"test/{uuid.uuid4().hex}",
        "database": database | {"username": username},
    }
    terraform = workspace(HCL)
    story = Story(terraform, server, secretsmanager, rotations, variables, username)
    story.apply()
    server.create_user(username, story.value()["password"])
    yield story
    terraform.destroy(**story.variables)


def rotation(strategy: str, tmp_path: Path, **more: object) -> dict[str, Any]:
    """Return the configuration's `rotation`, with the function in the default VPC."""
    ec2 = boto3.client("ec2")
    subnet = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])
    vpc_id, subnet_id = subnet["Subnets"][0]["VpcId"], subnet["Subnets"][0]["SubnetId"]
    return {
        "strategy": strategy,
        "automatically_after_days": 30,
        "function": {
            "package": {"file": str(tmp_path / "rotation.zip")},
            "network": {"vpc_id": vpc_id, "subnet_ids": [subnet_id]},
        },
        **more,
    }


# The other two pairs differ only in the function: test_rotation_function.py tests them.
@pytest.mark.parametrize(
    ("server", "strategy"),
    [
        ("postgresql", "single_user"),
        pytest.param("mariadb", "alternating_users", marks=pytest.mark.exhaustive),
    ],
    indirect=["server"],
)
def test_terraform_turns_rotation_on_and_off_and_never_touches_the_password(
    story: Story, strategy: str, tmp_path: Path
) -> None:
    first = story.value()
    story.apply(rotation=rotation(strategy, tmp_path))
    assert story.rotations.wait_for_end(story.arn).name == "TestRotationSucceeded"
    assert story.value() == first
    plan = story.plan()
    assert plan.is_empty, plan

    story.rotate(story.arn)
    second = story.value()
    assert second["password"] != first["password"]
    assert story.logs_in(second)
    # A single user has one password. Each of two alternating users has its own.
    assert story.logs_in(first) == (strategy == "alternating_users")
    assert story.value("AWSPREVIOUS") == story.value("value-version-1") == first
    plan = story.plan()
    assert plan.is_empty, plan

    at_once = {"schedule_expression": "rate(10 days)", "rotate_immediately": True}
    story.apply(rotation=rotation(strategy, tmp_path, automatically_after_days=None, **at_once))
    story.wait(story.arn)
    third = story.value()
    assert story.logs_in(third)
    assert story.logs_in(second) == (strategy == "alternating_users")
    log = log_of(story, rotations=2)
    assert log.count(FINISHED) == 2

    story.apply(rotation=None)
    assert story.value() == third
    secret = story.client.describe_secret(SecretId=story.arn)
    assert not secret.get("RotationEnabled")
    texts = {"Terraform's output": story.terraform.transcript, "the function's log": log}
    for value in (first, second, third):
        found = leaks.find(value["password"], [tmp_path], texts)
        assert found == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_rotate_immediately_rotates_when_only_it_becomes_true(story: Story, tmp_path: Path) -> None:
    first = story.value()
    story.apply(rotation=rotation("single_user", tmp_path, rotate_immediately=False))
    assert story.rotations.wait_for_end(story.arn).name == "TestRotationSucceeded"

    story.apply(rotation=rotation("single_user", tmp_path, rotate_immediately=True))
    story.wait(story.arn)
    second = story.value()
    assert second["password"] != first["password"]
    assert story.logs_in(second)
    plan = story.plan()
    assert plan.is_empty, plan

    story.apply(rotation=rotation("single_user", tmp_path, rotate_immediately=False))
    assert story.rotations.wait_for_end(story.arn).name == "TestRotationSucceeded"
    assert story.value() == second


@pytest.mark.exhaustive
@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_a_stuck_rotation_stops_terraform_until_the_doctors_command_ends_it(
    story: Story, lambda_: "LambdaClient", aws: AWS, tmp_path: Path
) -> None:
    days = rotation("single_user", tmp_path)
    by_schedule = {"schedule_expression": "rate(10 days)"}
    schedule = rotation("single_user", tmp_path, automatically_after_days=None, **by_schedule)
    story.apply(rotation=days)
    story.rotations.wait_for_end(story.arn)

    assert change_while_stuck(story, aws, schedule, "step-failed") == "TestRotationSucceeded"
    story.rotate(story.arn)
    assert story.logs_in(story.value())

    with running_function(lambda_, "def handler(event, context): pass") as another:
        # Terraform deletes the function before it sets another one for the secret.
        by_another = schedule | {"function": {"arn": another.arn}}
        ended = change_while_stuck(story, aws, by_another, "function-gone")
        assert ended == "TestRotationSucceeded"
        described = story.client.describe_secret(SecretId=story.arn)
        assert described["RotationLambdaARN"] == another.arn

        # Terraform turns rotation off, and AWS then refuses to turn it on again.
        at_once = schedule | {"rotate_immediately": True}
        assert change_while_stuck(story, aws, at_once, "pending") == "RotationSucceeded"
    assert story.logs_in(story.value())


def change_while_stuck(story: Story, aws: AWS, change: dict[str, object], finding: str) -> str:
    """Apply a change of rotation while one is stuck, and do what the doctor's finding says.

    Returns how the rotation or rotation test that the change starts ends.
    """
    arn = story.arn
    story.server.lock_user(story.username)
    pending = story.client.rotate_secret(SecretId=arn)["VersionId"]
    assert story.rotations.wait_for_end(arn).name == "RotationFailed"

    with pytest.raises(TerraformError) as refused:
        story.apply(rotation=change)
    told = refused.value.on_one_line
    assert "A previous rotation isn't complete. That rotation will be reattempted" in told
    assert "secret-doctor says how to end that one, then apply again" in told

    report = diagnose(aws, arn)
    found = {each.id: each for each in report.findings}[f"rotation-{finding}"]
    if finding == "step-failed":
        assert "No password in" in found.explanation
        assert "Unlock the user" in found.explanation
    story.server.run(f'ALTER USER "{story.username}" LOGIN')
    (end,) = re.findall(r"`(aws secretsmanager update-secret-version-stage [^`]+)`", found.advice)
    aws_commands.run(end)
    labels = story.client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    assert labels.pop(pending, []) in ([], ["rotation-unfinished"])

    story.apply(rotation=change)
    # AWS has retried the stuck rotation at each call that it refused.
    while (event := story.rotations.wait_for_end(arn)).version_id == pending:
        assert event.name == "RotationFailed"
    return event.name


@pytest.mark.exhaustive
@pytest.mark.timeout(60 + 10 * ROTATIONS)
@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_after_120_rotations_the_plan_is_empty_and_a_changed_host_keeps_the_password(
    story: Story, tmp_path: Path
) -> None:
    story.apply(rotation=rotation("single_user", tmp_path, rotate_immediately=True))
    arn = story.arn
    story.wait(arn)
    passwords = {story.value()["password"]}
    for _ in range(ROTATIONS - 1):
        story.rotate(arn)
        passwords.add(story.value()["password"])
    assert len(passwords) == ROTATIONS
    current = story.value()
    assert story.logs_in(current)

    plan = story.plan()
    assert plan.is_empty, plan
    story.apply(database=story.variables["database"] | {"host": "db.example.com"})

    assert story.value() == {**current, "host": "db.example.com"}
    assert story.logs_in(current)


def log_of(story: Story, rotations: int) -> str:
    """Wait until the function has logged this many rotations, and return its log."""
    function = story.client.describe_secret(SecretId=story.arn)["RotationLambdaARN"]

    def log() -> str:
        return "\n".join(wait_for_logs(boto3.client("logs"), log_group(function), 1))

    wait_until(lambda: log().count(FINISHED) >= rotations)
    return log()


def test_names_that_differ_in_signs_or_case_alone_get_functions_of_their_own(
    workspace: Workspace,
) -> None:
    names = ["orders/db", "orders-db", "orders.db", "orders_db", "Orders/db", "o" * 512]
    terraform = workspace(
        """
        provider "aws" {
          region = "us-east-1"
        }

        variable "names" {
          type = list(string)
        }

        module "credentials" {
          source   = "./module"
          for_each = toset(var.names)

          name     = each.key
          database = { engine = "postgres", username = "app" }
          rotation = {
            automatically_after_days = 30
            function = {
              package = { s3 = { bucket = "packages", key = "rotation.zip" } }
              network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] }
            }
          }
        }
        """
    )

    plan = terraform.plan(names=names)

    functions = [
        change.after["function_name"]
        for change in plan.changes
        if change.type == "aws_lambda_function"
    ]
    assert len({function.lower() for function in functions}) == len(names)
    # The names that functions, roles and CloudFormation stacks all allow.
    assert all(re.fullmatch("[A-Za-z][A-Za-z0-9-]{0,63}", function) for function in functions)


@pytest.mark.exhaustive
@pytest.mark.parametrize("strategy", ["single_user"])
@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_the_role_has_the_path_and_the_permissions_boundary_that_are_asked_for(
    story: Story, strategy: str, tmp_path: Path
) -> None:
    iam = boto3.client("iam")
    boundary = iam.create_policy(
        PolicyName=f"boundary-{uuid.uuid4().hex}",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
            }
        ),
    )["Policy"]["Arn"]
    asked = rotation(strategy, tmp_path, rotate_immediately=True)
    asked["function"] |= {"role": {"path": "/service/", "permissions_boundary": boundary}}

    story.apply(rotation=asked)

    story.wait(story.arn)
    policy = json.loads(story.client.get_resource_policy(SecretId=story.arn)["ResourcePolicy"])
    (statement,) = (each for each in policy["Statement"] if each["Sid"] == "RotatorsRotateValue")
    (arn,) = statement["Principal"]["AWS"]
    assert ":role/service/rotate-" in arn
    role = iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]
    assert (role["Arn"], role["Path"]) == (arn, "/service/")
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    assert story.plan().is_empty


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("example", "functions"),
    [
        ("rotation-postgres", ("rotate-orders-postgres-",)),
        ("lambda-consumer", ("rotate-bookings-", "count-bookings")),
    ],
)
def test_the_role_may_use_the_network_as_long_as_a_function_has_a_security_group(
    example: str, functions: tuple[str, ...], workspace: Workspace, forwarder: Forwarder
) -> None:
    """Lambda needs the role to delete the network interfaces after the function is deleted."""
    ec2, iam = boto3.client("ec2"), boto3.client("iam")
    terraform = workspace.example(example)
    terraform.apply(recovery_window_in_days=0)
    terraform.environment = {"AWS_ENDPOINT_URL": forwarder.endpoint_url}
    changes, faults = [], []

    def functions_groups() -> set[str]:
        groups = ec2.describe_security_groups()["SecurityGroups"]
        names = {group["GroupName"] for group in groups}
        return {name for name in names if name.startswith(functions)}

    def look(change: str) -> None:
        changes.append(change)
        # A role has the same name as its function's security group.
        for name in functions_groups():
            try:
                policies = iam.list_role_policies(RoleName=name)["PolicyNames"]
            except iam.exceptions.NoSuchEntityException:
                policies = []
            if "uses-network" not in policies:
                faults.append(f"after {change} the role {name} may not use the network")

    assert len(functions_groups()) == len(functions)
    with forwarder.watching(look):
        terraform.destroy(recovery_window_in_days=0)

    assert "lambda.DELETE" in changes
    assert not functions_groups()
    assert faults == []
