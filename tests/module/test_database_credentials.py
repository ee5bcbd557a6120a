"""Whatever happens to a database secret, it keeps the password that works."""

from typing import TYPE_CHECKING

import pytest

from harness.credentials import Credentials

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


@pytest.mark.exhaustive
def test_a_second_plan_is_empty(credentials: Credentials) -> None:
    plan = credentials.plan()

    assert plan.is_empty, plan


def test_the_value_is_what_aws_documents_with_a_password_of_32_characters(
    credentials: Credentials,
) -> None:
    password = str(credentials.value["password"])

    assert len(password) == 32
    assert not set(password) & set("\"#$%&'/:;?@[\\]`{|} ")
    assert credentials.value == {
        "engine": "mysql",
        "host": "localhost",
        "password": password,
        "port": 3306,
        "username": "dbadmin",
    }


@pytest.mark.exhaustive
def test_a_change_of_connection_keeps_the_password_and_the_old_version(
    credentials: Credentials,
) -> None:
    old = credentials.value

    credentials.change(host="db.example.com", port=3307, dbname="orders")
    credentials.apply()
    plan = credentials.plan()
    assert plan.is_empty, plan

    assert credentials.value == {**old, "host": "db.example.com", "port": 3307, "dbname": "orders"}
    assert credentials.stage("AWSPREVIOUS") == old


@pytest.mark.exhaustive
def test_a_raised_version_makes_a_new_password_once(credentials: Credentials) -> None:
    old = credentials.value

    credentials.change(value_version=2, password={"length": 40})
    credentials.apply()

    assert len(str(credentials.value["password"])) == 40
    assert credentials.value["password"] != old["password"]
    assert credentials.stage("AWSPREVIOUS") == old


@pytest.mark.exhaustive
def test_a_lowered_version_is_refused_with_the_way_back(credentials: Credentials) -> None:
    credentials.change(value_version=3)
    credentials.apply()

    credentials.change(value_version=2)
    assert "value_version is 2, but version 3 is stored" in credentials.refusal()


@pytest.mark.exhaustive
def test_other_rules_for_the_password_wait_for_the_next_version(credentials: Credentials) -> None:
    credentials.change(password={"length": 41, "exclude_punctuation": True})

    plan = credentials.plan()

    assert plan.is_empty, plan


@pytest.mark.exhaustive
def test_after_a_rotation_the_plan_is_empty_and_a_change_keeps_the_rotated_password(
    credentials: Credentials,
) -> None:
    password = credentials.rotate(times=3)
    plan = credentials.plan()
    assert plan.is_empty, plan

    credentials.change(host="db.example.com")
    credentials.apply()

    assert credentials.value["password"] == password
    assert credentials.value["host"] == "db.example.com"
    assert credentials.stage("AWSPREVIOUS")["password"] == password


@pytest.mark.exhaustive
def test_fields_that_others_added_are_kept(credentials: Credentials) -> None:
    credentials.rotate(replicaHost="replica.example.com", nested={"list": [1, None, True]})

    credentials.change(host="db.example.com")
    credentials.apply()

    assert credentials.value["replicaHost"] == "replica.example.com"
    assert credentials.value["nested"] == {"list": [1, None, True]}


@pytest.mark.exhaustive
def test_after_120_rotations_the_plan_is_empty_and_a_raised_version_still_counts(
    credentials: Credentials,
) -> None:
    rotated = credentials.rotate(times=120)
    plan = credentials.plan()
    assert plan.is_empty, plan

    credentials.change(value_version=2)
    credentials.apply()

    assert credentials.value["password"] != rotated
    assert credentials.stage("AWSPREVIOUS")["password"] == rotated


def test_a_rotation_between_plan_and_apply_wins(credentials: Credentials) -> None:
    credentials.change(host="db.example.com")
    plan = credentials.plan()
    password = credentials.rotate()

    credentials.terraform.apply_plan(plan, **credentials.variables)

    assert credentials.value["password"] == password
    assert credentials.value["host"] == "db.example.com"


@pytest.mark.exhaustive
def test_neighbours_in_the_name_space_are_told_apart(
    credentials: Credentials, secretsmanager: "SecretsManagerClient"
) -> None:
    # This ARN starts like the whole ARN of the shorter name: .../credentials-abcdef-XXXXXX.
    secretsmanager.create_secret(
        Name=f"{credentials.name}-abcdef", SecretString='{"password": "of the neighbour"}'
    )
    old = credentials.value["password"]

    credentials.change(host="db.example.com")
    credentials.apply()

    assert credentials.value["password"] == old


@pytest.mark.exhaustive
def test_alternating_users_keep_the_live_one_of_the_two(credentials: Credentials) -> None:
    password = credentials.rotate(username="dbadmin_clone")

    credentials.change(host="db.example.com")
    credentials.apply()

    assert credentials.value["username"] == "dbadmin_clone"
    assert credentials.value["password"] == password


@pytest.mark.exhaustive
def test_another_user_needs_a_new_password(credentials: Credentials) -> None:
    old = credentials.value["password"]

    credentials.change(username="orders")
    assert 'belongs to another user than "orders"' in credentials.refusal()

    credentials.change(value_version=2)
    credentials.apply()
    assert credentials.value["username"] == "orders"
    assert credentials.value["password"] != old
