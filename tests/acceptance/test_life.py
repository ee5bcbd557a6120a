"""A secret from its creation to its end, in the order of the tests."""

import pytest

from harness.acceptance import KINDS, Life, is_gone

pytestmark = pytest.mark.parametrize("kind", KINDS, ids=str, scope="module")


def test_what_was_created_is_read_and_the_next_plan_is_empty(life: Life) -> None:
    assert life.credential
    plan = life.plan()
    assert plan.is_empty, plan


def test_what_changes_beside_the_credential_keeps_it(life: Life) -> None:
    before = life.value

    life.ask(life.kind.changed)
    life.apply()

    assert life.value == {**before, **life.kind.written}
    assert life.tags == {"Stage": "test"}
    plan = life.plan()
    assert plan.is_empty, plan


def test_other_wishes_without_a_raised_version_keep_it(life: Life) -> None:
    before = life.value

    life.ask(life.kind.unraised)
    life.apply()

    assert life.value == before


def test_after_a_rotation_outside_the_plan_is_empty(life: Life) -> None:
    rotated = life.rotate(added="by the rotation")

    plan = life.plan()

    assert plan.is_empty, plan
    assert life.credential == rotated


def test_a_change_after_a_rotation_keeps_the_rotated_credential(life: Life) -> None:
    rotated = life.rotate()

    life.ask(life.kind.changed_again)
    life.apply()

    assert life.credential == rotated
    assert life.value["added"] == "by the rotation"
    plan = life.plan()
    assert plan.is_empty, plan


def test_a_raised_version_stores_one_new_credential(life: Life) -> None:
    before = life.value

    life.ask(life.kind.raised)
    life.apply()

    raised = life.value
    assert life.stage("AWSPREVIOUS") == before
    assert raised == {**before, life.kind.credential: raised[life.kind.credential]}
    assert raised[life.kind.credential] != before[life.kind.credential]
    plan = life.plan()
    assert plan.is_empty, plan


def test_a_lowered_version_is_refused(life: Life) -> None:
    life.ask(life.kind.lowered)

    assert "value_version is 1, but version 2 is stored" in life.refusal()


def test_what_was_destroyed_is_gone(life: Life) -> None:
    life.terraform.destroy()

    assert is_gone(life.name)
