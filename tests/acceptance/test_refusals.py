"""The plan refuses what would break current credentials, unless a new credential is requested."""

import pytest

from harness.acceptance import DATABASE, Life

pytestmark = pytest.mark.parametrize("kind", [DATABASE], ids=str, scope="module")


def test_another_username_is_refused(life: Life) -> None:
    asked = life.variables["database"]

    life.change(username="another")
    refusal = life.refusal()
    life.ask({"database": asked})

    assert "belongs to another user" in refusal


def test_another_value_is_refused_until_a_rotation_has_finished(life: Life) -> None:
    asked = life.variables["database"]
    pending = life.begin_rotation(password="rotated")

    assert life.plan().is_empty
    life.ask({"tags": {"Stage": "test"}})
    assert life.plan().updates == ["aws_kms_key", "aws_secretsmanager_secret"]
    life.change(host="db.example.com")
    refusal = life.refusal()
    life.ask({"database": asked, "value_version": 2})
    refusal_of_a_new_password = life.refusal()
    life.ask({"value_version": None, "tags": {}})
    life.finish_rotation(pending)

    assert f"version {pending} has AWSPENDING" in refusal
    assert f"version {pending} has AWSPENDING" in refusal_of_a_new_password
    assert life.plan().is_empty
    assert life.credential == "rotated"


def test_a_current_value_without_a_password_is_refused(life: Life) -> None:
    life.put("not JSON")
    life.change(host="db.example.com")

    assert "not a JSON object with a password" in life.refusal()
