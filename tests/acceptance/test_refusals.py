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


def test_a_current_value_without_a_password_is_refused(life: Life) -> None:
    life.put("not JSON")
    life.change(host="db.example.com")

    assert "not a JSON object with a password" in life.refusal()
