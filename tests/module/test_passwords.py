"""The generated password follows every option of GetRandomPassword, or the caller supplies it."""

import json
import string
from typing import TYPE_CHECKING

import pytest

from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

HCL = """
provider "aws" {
  region = "us-east-1"
}

variable "prefix" {
  type = string
}

variable "passwords" {
  type = map(any)
}

variable "password_wo" {
  type      = string
  ephemeral = true
}

module "generated" {
  source   = "./module"
  for_each = var.passwords

  name                    = "${var.prefix}/${each.key}"
  database                = { engine = "postgres", username = "app" }
  password                = each.value
  key                     = { aws_managed = true }
  recovery_window_in_days = 0
}

module "supplied" {
  source = "./module"

  name                    = "${var.prefix}/supplied"
  database                = { engine = "postgres", username = "app" }
  password_wo             = var.password_wo
  key                     = { aws_managed = true }
  recovery_window_in_days = 0
}
"""
ONLY_NUMBERS = {
    "exclude_lowercase": True,
    "exclude_uppercase": True,
    "exclude_punctuation": True,
}
PASSWORDS = {
    "longest": {"length": 128},
    "no-lowercase": {"exclude_lowercase": True, "length": 64},
    "no-uppercase": {"exclude_uppercase": True, "length": 64},
    "no-numbers": {"exclude_numbers": True, "length": 64},
    "no-punctuation": {"exclude_punctuation": True, "length": 64},
    "numbers": {**ONLY_NUMBERS, "length": 64},
    "numbers-or-space": {**ONLY_NUMBERS, "include_space": True, "length": 128},
    "no-zero": {**ONLY_NUMBERS, "exclude_characters": "0", "length": 128},
    "shortest": {"length": 8},
}


@pytest.fixture(scope="module")
def passwords(
    shared_workspace: Workspace, secretsmanager: "SecretsManagerClient"
) -> dict[str, str]:
    """The password of each secret, by the last level of its name."""
    prefix = "test/passwords"
    shared_workspace(HCL).apply(prefix=prefix, passwords=PASSWORDS, password_wo='my own "password"')
    return {
        name: json.loads(
            secretsmanager.get_secret_value(SecretId=f"{prefix}/{name}")["SecretString"]
        )["password"]
        for name in [*PASSWORDS, "supplied"]
    }


def test_it_has_the_length_asked_for(passwords: dict[str, str]) -> None:
    assert len(passwords["longest"]) == 128
    assert len(passwords["shortest"]) == 8


def test_it_has_a_character_of_each_class(passwords: dict[str, str]) -> None:
    for of_class in (
        string.ascii_lowercase,
        string.ascii_uppercase,
        string.digits,
        string.punctuation,
    ):
        assert set(passwords["shortest"]) & set(of_class)


@pytest.mark.parametrize(
    ("name", "excluded"),
    [
        ("no-lowercase", string.ascii_lowercase),
        ("no-uppercase", string.ascii_uppercase),
        ("no-numbers", string.digits),
        ("no-punctuation", string.punctuation),
        ("no-zero", "0"),
        # The default: characters that engines refuse or that end a URI, connection string or word.
        ("longest", "\"#$%&'/:;?@[\\]`{|} "),
    ],
)
def test_it_has_none_of_the_excluded_characters(
    passwords: dict[str, str], name: str, excluded: str
) -> None:
    assert not set(passwords[name]) & set(excluded)


def test_it_has_a_space_only_if_asked_for(passwords: dict[str, str]) -> None:
    assert set(passwords["numbers"]) <= set(string.digits)
    assert " " in passwords["numbers-or-space"]


def test_no_two_are_alike(passwords: dict[str, str]) -> None:
    assert len(set(passwords.values())) == len(passwords)


def test_a_supplied_password_stands_in_for_a_generated_one(passwords: dict[str, str]) -> None:
    assert passwords["supplied"] == 'my own "password"'
