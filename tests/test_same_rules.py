"""Rules that must be written down more than once are the same wherever they are."""

import json
import re

from harness.environments import ROOT
from rotation import secret as function
from secret_doctor import rotation as doctor
from secret_doctor import value

HCL = "\n".join(file.read_text() for file in [*ROOT.glob("*.tf"), *ROOT.glob("modules/**/*.tf")])


def defaults(variable: str) -> dict[str, object]:
    """Defaults of the attributes of an input by name, wherever it is declared with some."""
    declared = re.findall(rf'^variable "{variable}" {{\n.*?^}}', HCL, re.MULTILINE | re.DOTALL)
    found = re.findall(r"^ +(\w+) += optional\(\w+, (.+)\)$", "\n".join(declared), re.MULTILINE)
    return {name: json.loads(default) for name, default in found}


def test_the_function_makes_passwords_by_the_defaults_of_the_module() -> None:
    switches = {name.lower(): default for name, (_, default) in function.PASSWORD_SWITCHES.items()}
    given = {"length": function.PASSWORD_LENGTH, "exclude_characters": function.EXCLUDE_CHARACTERS}

    assert {**switches, **given}.items() <= defaults("password").items()


def test_the_doctor_knows_the_label_of_the_function() -> None:
    assert doctor.UNFINISHED == function.UNFINISHED


def test_the_function_and_those_of_aws_rotate_the_same_engines() -> None:
    published = re.findall(r'^ +([\w-]+) += "SecretsManagerRDS\w+Rotation"$', HCL, re.MULTILINE)

    assert set(published) == function.PORTS.keys() | function.OTHER_NAMES.keys()
    assert set(published) <= value.ENGINES.keys()


def test_an_arn_has_the_same_pattern_everywhere() -> None:
    hcl = HCL.replace("${region}", "[a-z0-9-]+")
    patterns = set(re.findall(r'"\^(arn:aws\[a-z-\]\*:(\w+):[^"]*)"', hcl))

    services = sorted(service for _, service in patterns)
    assert {"kms", "secretsmanager"} <= set(services)
    assert services == sorted(set(services)), patterns
