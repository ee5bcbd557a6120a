"""examples/ecs-consumer: ECS passes the current values to the container and to nothing else."""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from harness import leaks
from harness.terraform import Terraform
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

pytestmark = pytest.mark.exhaustive

NAME = "catalog/database/credentials"
DELETED_AT_ONCE = {"recovery_window_in_days": 0}


@pytest.fixture(scope="module")
def terraform(shared_workspace: Workspace, moto: object) -> Terraform:  # noqa: ARG001
    """Apply the example."""
    example = shared_workspace.example("ecs-consumer")
    example.apply(**DELETED_AT_ONCE)
    return example


def task_definition(terraform: Terraform) -> dict[str, Any]:
    """Return the task definition as ECS stores it."""
    arn = terraform.output()["task_definition_arn"]
    described = boto3.client("ecs").describe_task_definition(taskDefinition=arn)
    definition: dict[str, Any] = described["taskDefinition"]
    return definition


def resolve(value_from: str) -> str:
    """Return what ECS inserts for a reference; raise KeyError if the value has no such key.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    *arn, key, stage, version_id = value_from.split(":")
    version = {"VersionStage": stage, "VersionId": version_id}
    text = boto3.client("secretsmanager", region_name=arn[3]).get_secret_value(
        SecretId=":".join(arn), **{name: given for name, given in version.items() if given}
    )["SecretString"]
    return str(json.loads(text)[key])


def start_task(terraform: Terraform) -> dict[str, str]:
    """Return the environment variables that a new task's container gets from the secret."""
    (container,) = task_definition(terraform)["containerDefinitions"]
    return {each["name"]: resolve(each["valueFrom"]) for each in container["secrets"]}


def current_value(secretsmanager: "SecretsManagerClient") -> dict[str, Any]:
    """Return the value that Secrets Manager stores."""
    value: dict[str, Any] = json.loads(
        secretsmanager.get_secret_value(SecretId=NAME)["SecretString"]
    )
    return value


def test_a_task_gets_the_values_that_are_current_when_it_starts(
    terraform: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    first = current_value(secretsmanager)
    assert start_task(terraform) == {
        "PGDATABASE": "catalog",
        "PGHOST": "catalog.cluster.example.com",
        "PGPASSWORD": first["password"],
        "PGUSER": "catalog",
    }

    rotated = json.dumps({**first, "password": "as-a-rotation-stores-it"})
    secretsmanager.put_secret_value(SecretId=NAME, SecretString=rotated)
    assert start_task(terraform)["PGPASSWORD"] == "as-a-rotation-stores-it"
    plan = terraform.plan(**DELETED_AT_ONCE)
    assert plan.is_empty, plan


def test_a_version_can_be_named_and_a_key_that_is_not_there_is_noticed(
    terraform: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    arn = terraform.output()["arn"]
    previous = current_value(secretsmanager)
    changed = secretsmanager.put_secret_value(
        SecretId=NAME, SecretString=json.dumps({**previous, "password": "changed-by-the-test"})
    )

    assert resolve(f"{arn}:password:AWSPREVIOUS:") == previous["password"]
    assert resolve(f"{arn}:password::{changed['VersionId']}") == "changed-by-the-test"
    with pytest.raises(KeyError):
        resolve(f"{arn}:passwort::")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        resolve(f"{arn}:password:AWSPENDING:")


def test_fargate_starts_it_in_the_name_of_a_role_that_the_code_in_it_does_not_have(
    terraform: Terraform,
) -> None:
    found = task_definition(terraform)
    outputs = terraform.output()
    task_role = outputs["task_role_arn"].rpartition("/")[2]
    iam = boto3.client("iam")

    assert found["requiresCompatibilities"] == ["FARGATE"]
    assert found["executionRoleArn"] == outputs["role_arn"] != found["taskRoleArn"]
    assert found["taskRoleArn"] == outputs["task_role_arn"]
    # test_access_matrix.py tests the roles' permissions, with a task role that has no policy.
    assert iam.list_role_policies(RoleName=task_role)["PolicyNames"] == []
    assert iam.list_attached_role_policies(RoleName=task_role)["AttachedPolicies"] == []
    (container,) = found["containerDefinitions"]
    group = container["logConfiguration"]["options"]["awslogs-group"]
    (existing,) = boto3.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert existing["logGroupName"] == group


def test_the_value_is_in_no_task_definition_state_or_plan(
    terraform: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    plan = terraform.plan("-replace=aws_ecs_task_definition.report", **DELETED_AT_ONCE)
    texts = {
        "task definition": json.dumps(task_definition(terraform), default=str),
        "plan": plan.json,
        "state": json.dumps(terraform.show_state()),
        "output": terraform.transcript,
    }

    assert NAME in texts["task definition"]
    assert NAME in texts["plan"]
    password = current_value(secretsmanager)["password"]
    assert leaks.find(password, [terraform.folder], texts) == []


def test_destroyed_it_leaves_neither_secret_nor_task_definition(
    terraform: Terraform, secretsmanager: "SecretsManagerClient"
) -> None:
    arn = terraform.output()["task_definition_arn"]
    terraform.destroy()

    assert arn not in boto3.client("ecs").list_task_definitions()["taskDefinitionArns"]
    with pytest.raises(secretsmanager.exceptions.ResourceNotFoundException):
        secretsmanager.describe_secret(SecretId=NAME)
