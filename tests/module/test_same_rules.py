"""Rules that must be written in more than one place are the same in each."""

import json
import re

from rotation import secret as function
from rotation.steps import LONGEST_NAMES
from secret_doctor import rotation as doctor
from secret_doctor import value as doctors_value
from tools.environments import ROOT

HCL = "\n".join(file.read_text() for file in [*ROOT.glob("*.tf"), *ROOT.glob("modules/**/*.tf")])


def test_the_function_makes_passwords_by_the_defaults_of_the_module() -> None:
    switches = re.findall(r"coalesce\(var\.password\.(\w+), (true|false)\)$", HCL, re.MULTILINE)
    (excluded,) = re.findall(r"^ +default_exclude_characters = (.+)$", HCL, re.MULTILINE)
    (length,) = re.findall(r"coalesce\(var\.password\.length, min\((\d+), ", HCL)

    by_function = {name.lower(): value for name, (_, value) in function.PASSWORD_SWITCHES.items()}
    assert {name: json.loads(value) for name, value in switches} == by_function
    assert json.loads(excluded) == function.EXCLUDE_CHARACTERS
    assert int(length) == function.PASSWORD_LENGTH


def test_the_doctor_knows_the_label_of_the_function() -> None:
    assert doctor.UNFINISHED == function.UNFINISHED


def test_the_function_and_those_of_aws_rotate_the_same_engines() -> None:
    published = re.findall(r'^ +([\w-]+) += "SecretsManagerRDS\w+Rotation"$', HCL, re.MULTILINE)

    assert set(published) == function.PORTS.keys() | function.OTHER_NAMES.keys()
    assert set(published) <= doctors_value.ENGINES.keys()


def test_a_second_users_name_has_the_same_limit_in_the_plan_and_in_the_function() -> None:
    limits = re.findall(r'json_engine = "(\w+)".* username_length_max = (\d+)', HCL)

    by_function = {engine: longest for engine, (longest, _) in LONGEST_NAMES.items()}
    assert {engine: int(longest) for engine, longest in limits} == by_function


def test_an_arn_has_the_same_pattern_everywhere() -> None:
    hcl = HCL.replace("${region}", "[a-z0-9-]+")
    patterns = set(re.findall(r'"\^(arn:aws\[a-z-\]\*:(\w+):[^"]*)"', hcl))

    # IAM has two kinds of ARNs: principals and policies.
    kinds = sorted("policy" if ":policy/" in arn else service for arn, service in patterns)
    assert {"kms", "policy", "secretsmanager"} <= set(kinds)
    assert kinds == sorted(set(kinds)), patterns


def test_a_region_has_the_same_pattern_everywhere() -> None:
    places = re.findall(r'[^"^:]*\[a-z\]\{2\}[^":$]*-\[0-9\]', HCL)

    # No plan tries a function of the sovereign cloud: provider 5.100 refuses its ARN.
    (region,) = set(places)
    assert len(places) == 2
    for name in ("us-east-1", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1"):
        assert re.fullmatch(region, name)
    for name in ("europe", "eu-west", "eu-west-1a", "euro-west-1"):
        assert not re.fullmatch(region, name)
