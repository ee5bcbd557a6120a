"""The policies that users copy are the same as those that the module renders."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from harness import permissions
from harness.workspace import Workspace
from iam.engine import lint
from tools.environments import ROOT

FILES = sorted(set(ROOT.glob("policies/*.json")) - set(permissions.FILES))

# The values that a user fills in.
FILLED_IN = {
    "ACCOUNT_ID": "000000000000",
    "REGION": "us-east-1",
    "SECRET_NAME": "orders/database/credentials",
    "KEY_ID": "00000000-0000-0000-0000-000000000000",
    "ADMINISTRATOR_ROLE_NAME": "deploy",
    "LAMBDA_ROLE_NAME": "orders",
    "ECS_TASK_ROLE_NAME": "orders-task",
    "READER_ACCOUNT_ID": "222222222222",
    "READER_ROLE_NAME": "orders-reader",
    "ORGANIZATION_ID": "o-abcdefghij",
    "VPC_ENDPOINT_ID": "vpce-0a1b2c3d4e5f67890",
}

HCL = """
locals {
  administrators = ["arn:aws:iam::000000000000:role/deploy"]
  key_arn        = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000"
}

module "lambda" {
  source = "./module/modules/policies"

  account_id  = "000000000000"
  region      = "us-east-1"
  secret_name = "orders/database/credentials"
  readers     = ["arn:aws:iam::000000000000:role/service-role/orders"]
}

module "ecs_task" {
  source = "./module/modules/policies"

  account_id     = "000000000000"
  region         = "us-east-1"
  secret_name    = "orders/database/credentials"
  readers        = ["arn:aws:iam::000000000000:role/orders-task"]
  administrators = local.administrators
}

module "vpc_endpoint_only" {
  source = "./module/modules/policies"

  account_id     = "000000000000"
  region         = "us-east-1"
  secret_name    = "orders/database/credentials"
  readers        = ["arn:aws:iam::000000000000:role/service-role/orders"]
  administrators = local.administrators
  conditions     = { vpc_endpoint_ids = ["vpce-0a1b2c3d4e5f67890"] }
}

module "cross_account" {
  source = "./module/modules/policies"

  account_id     = "000000000000"
  region         = "us-east-1"
  secret_name    = "orders/database/credentials"
  key_arn        = local.key_arn
  readers        = ["arn:aws:iam::222222222222:role/orders-reader"]
  administrators = local.administrators
  conditions     = { organization_id = "o-abcdefghij" }
}

output "rendered" {
  value = {
    lambda            = module.lambda
    ecs_task          = module.ecs_task
    vpc_endpoint_only = module.vpc_endpoint_only
    cross_account     = module.cross_account
  }
}
"""

# By file name: the module call, its output, and the document in the output.
RENDERED = {
    "secret-manager-resource-policy": ("lambda", "resource", "secret"),
    "secret-manager-resource-policy-ecs-task-role": ("ecs_task", "resource", "secret"),
    "secret-manager-resource-policy-vpc-endpoint-only": ("vpc_endpoint_only", "resource", "secret"),
    "secret-manager-resource-policy-cross-account": ("cross_account", "resource", "secret"),
    "key-policy-cross-account": ("cross_account", "resource", "key"),
    "reader-policy-cross-account": ("cross_account", "identity", "reader"),
}


def filled_in(name: str) -> dict[str, Any]:
    """Return the file's document with its placeholders filled in."""
    text = (ROOT / "policies" / f"{name}.json").read_text()
    text = re.sub("|".join(FILLED_IN), lambda found: FILLED_IN[found[0]], text)
    document: dict[str, Any] = json.loads(text)
    return document


def statements(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the statements by Sid without the secret's name, with each value as a sorted list."""

    def ordered(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, Mapping):
            return {name: ordered(item) for name, item in value.items()}
        return sorted(value) if isinstance(value, list) else [value]

    return {
        statement["Sid"].removesuffix("OrdersDatabaseCredentials"): ordered(
            {name: item for name, item in statement.items() if name != "Sid"}
        )
        for statement in document["Statement"]
    }


@pytest.fixture(scope="module")
def rendered(shared_workspace: Workspace) -> dict[str, Any]:
    """The documents that the module renders, by file name."""
    plan = json.loads(shared_workspace(HCL).plan().json)
    outputs = plan["planned_values"]["outputs"]["rendered"]["value"]
    return {
        name: json.loads(outputs[call][f"{kind}_policies_json"][document])
        for name, (call, kind, document) in RENDERED.items()
    }


def test_there_is_a_rendered_document_for_each_file(rendered: dict[str, Any]) -> None:
    assert set(rendered) == {file.stem for file in FILES}


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_a_file_is_free_of_faults_once_it_is_filled_in(name: str) -> None:
    document = filled_in(name)

    assert lint(document) == []
    assert not re.search("[A-Z]{2,}_", json.dumps(document))


@pytest.mark.parametrize(
    "name", [file.stem for file in FILES if file.stem != "secret-manager-resource-policy"]
)
def test_a_file_says_what_the_module_renders(name: str, rendered: dict[str, Any]) -> None:
    assert statements(filled_in(name)) == statements(rendered[name])


def test_the_tutorials_policy_is_what_the_module_renders_but_for_keeping_others_out(
    rendered: dict[str, Any],
) -> None:
    module = statements(rendered["secret-manager-resource-policy"])
    keeps_out = module.pop("DenyReadingByOthers")

    assert statements(filled_in("secret-manager-resource-policy")) == module
    assert keeps_out["Effect"] == ["Deny"]
