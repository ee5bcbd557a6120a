"""A secret that is missing from the state, or was never in it, keeps its value on import."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from harness.acceptance import KINDS, Kind, Life, is_gone
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from acceptance.conftest import Names

pytestmark = pytest.mark.parametrize("kind", KINDS, ids=str, scope="module")


@dataclass
class Found:
    """A secret that was imported after its state was lost, and the credential that it had."""

    life: Life
    credential: object


@pytest.fixture(scope="module")
def found(
    folders: Workspace, client: "SecretsManagerClient", new_name: "Names", kind: Kind
) -> Found:
    """A secret that was created, rotated, lost and imported."""
    life = Life(folders, client, new_name(f"lost-{kind}"), kind)
    life.apply()
    rotated = life.rotate()
    life.lose_state()
    life.apply()
    return Found(life, rotated)


def test_after_a_lost_state_the_imported_secret_keeps_its_credential(found: Found) -> None:
    assert found.life.credential == found.credential
    plan = found.life.plan()
    assert plan.is_empty, plan


def test_what_was_imported_after_a_lost_state_is_destroyed(found: Found) -> None:
    found.life.terraform.destroy()

    assert is_gone(found.life.name)


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
