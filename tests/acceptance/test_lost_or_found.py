"""A secret that Terraform has forgotten, or never knew, keeps its value when it is imported."""

import json
from typing import TYPE_CHECKING

import pytest

from harness.acceptance import KINDS, Kind, Life
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from acceptance.conftest import Names

pytestmark = pytest.mark.parametrize("kind", KINDS, ids=str, scope="module")


def test_after_a_lost_state_the_imported_secret_keeps_its_credential(
    folders: Workspace, client: "SecretsManagerClient", new_name: "Names", kind: Kind
) -> None:
    life = Life(folders, client, new_name(f"lost-{kind}"), kind)
    life.apply()
    rotated = life.rotate()

    life.lose_state()
    life.apply()

    assert life.credential == rotated
    plan = life.plan()
    assert plan.is_empty, plan


def test_a_secret_made_by_hand_is_adopted_with_its_value(
    folders: Workspace, client: "SecretsManagerClient", new_name: "Names", kind: Kind
) -> None:
    name = new_name(f"found-{kind}")
    arn = client.create_secret(Name=name, SecretString=json.dumps(kind.theirs))["ARN"]
    life = Life(folders, client, name, kind, imported=arn)

    life.apply()

    assert life.value == {**life.value, **kind.theirs}
    plan = life.plan()
    assert plan.is_empty, plan
