"""Whatever is given to the module, it is refused by a message of ours, or it applies."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pytest

from harness import inputs
from harness.inputs import FULL
from harness.many_calls import ManyCalls, Refusal
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

type Cases = Mapping[str, Mapping[str, object]]

TYPES = inputs.types()


@pytest.fixture(scope="module", autouse=True)
def existing_key(kms: "KMSClient") -> Iterator[None]:
    """A key with the alias that some of the calls name."""
    kms.create_alias(AliasName=inputs.ALIAS, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    yield
    kms.delete_alias(AliasName=inputs.ALIAS)


def nulls() -> Iterator[tuple[str, dict[str, object]]]:
    """Every place of the good calls with null in it, once."""
    seen = set()
    for call in FULL.values():
        for name, value in call.items():
            for path, place in [((), ()), *inputs.places(TYPES[name], value)]:
                if (name, *place) not in seen:
                    seen.add((name, *place))
                    yield ".".join((name, *place)), inputs.with_value(call, (name, *path), None)


def strangers(refusals: Sequence[Refusal]) -> list[str]:
    """What was refused, but not by a message of ours."""
    return [str(refusal) for refusal in refusals if not refusal.is_ours]


def test_the_good_calls_have_every_input_of_the_module() -> None:
    given = {
        (name, *place)
        for call in FULL.values()
        for name, value in call.items()
        for place in [(), *(place for _, place in inputs.places(TYPES[name], value))]
    }

    assert given == {
        (name, *place) for name, kind in TYPES.items() for place in [(), *inputs.attributes(kind)]
    }


def test_null_anywhere_is_refused_by_a_message_or_is_as_if_left_out(
    shared_workspace: Workspace,
) -> None:
    cases = dict(nulls())
    planned = ManyCalls(shared_workspace, len(cases)).plan(list(cases.values()))

    refused = dict(zip(cases, planned, strict=True))
    assert {place: strangers(found) for place, found in refused.items() if strangers(found)} == {}


def text(value: str, **others: object) -> dict[str, object]:
    return {"text": value, "value_version": 1, **others}


def container(**others: object) -> dict[str, object]:
    return {"container_only": True, **others}


def access(**others: object) -> dict[str, object]:
    return container(access=others)


def database(**others: object) -> dict[str, object]:
    return {"database": inputs.DATABASE | others}


def document(**others: object) -> str:
    return json.dumps({"Statement": [json.loads(inputs.POLICY)["Statement"][0] | others]})


SPECIAL = "é ☃ 😀 \"quoted\" 'single' \\ ${var.name} %{if true}x%{endif} $${ %%{ <&> \n\t\r\n#{x}"
COMBINED = "x\N{COMBINING ACUTE ACCENT}"  # one letter, two characters

ACCEPTED: dict[str, dict[str, object]] = {
    "edge/65536-bytes": text("x" * 65536),
    "edge/65536-bytes-of-two-each": text("é" * 32768),
    "edge/text": text(SPECIAL, description=SPECIAL),
    "edge/pairs": {"key_values": {SPECIAL: SPECIAL, "": ""}, "value_version": 10**9},
    "edge/username": {**database(username=SPECIAL, host=SPECIAL), "password_value": SPECIAL},
    "edge/tags": container(tags={f"Key{i} ä_.:/=+-@": "é" * (i * 5) for i in range(50)}),
    "edge/description": container(description="d" * 2048),
    "edge/excluded": {**database(), "password": {"exclude_characters": "é" * 4096}},
    # Names that differ only in what an alias and a Sid cannot have.
    "edge.name": container(),
    "edge-name": container(),
    "edge/name": container(),
    "edge+name": container(),
    "aws/edge": container(),
    "e" * 512: container(),
    "edge/services": access(
        services={f"a{sign}b.amazonaws.com": {} for sign in ".-"} | {"ab.amazonaws.com.cn": {}},
    ),
    "edge/limits": access(
        only={"principal_tags": {"cost center": "1", "cost-center": "2", "é": "3", "ä": "4"}},
    ),
}

REFUSED: dict[str, tuple[str, dict[str, object]]] = {
    "65,537 bytes": ("value", text("x" * 65537)),
    "65,537 bytes, fewer characters": ("value", text("é" * 32768 + "x")),
    "65,537 bytes with the braces": (
        "value",
        {"key_values": {"key": "x" * (65537 - len('{"key":""}'))}, "value_version": 1},
    ),
    "51 tags": ("tags", container(tags={f"Key{i}": "" for i in range(51)})),
    "tag with a quote": ("tags", container(tags={"Key": 'a "b"'})),
    "tag with a template": ("tags", container(tags={"${key}": "value"})),
    "tag with two lines": ("tags", container(tags={"Key": "a\nb"})),
    "description of 2,049": ("description", container(description="d" * 2049)),
    "description of 1,025 letters with accents": (
        "description",
        container(description=COMBINED * 1025),
    ),
    "name of 513": ("name", container(name="n" * 513)),
    "name with a template": ("name", container(name="orders/${env}")),
    "name with two lines": ("name", container(name="orders\n")),
    "name in letters of another script": ("name", container(name="заказы/база")),
    "value_version beyond counting": ("value_version", text("x", value_version=1e300)),
    "password.version beyond counting": ("password", {**database(), "password": {"version": 1e300}}),
    "value_version of a half": ("value_version", text("x", value_version=1.5)),
    "reader with a template": ("access.readers", access(readers=["${aws:username}"])),
    "source with a policy variable": (
        "access.services",
        access(services={"a.amazonaws.com": {"source_arns": ["arn:aws:s3:::${aws:username}"]}}),
    ),
    "one tag in two cases": (
        "access.only",
        access(only={"principal_tags": {"Team": "a", "team": "b"}}),
    ),
    "superuser by wildcard": (
        "database.superuser_secret_arn",
        database(superuser_secret_arn="arn:aws:secretsmanager:us-east-1:000000000000:secret:*"),
    ),
    "rotation every 0 days": (
        "rotation.days",
        {**database(), "rotation": {"days": 0, "function": {"arn": inputs.FUNCTION}}},
    ),
    **{
        f"policy document {given}": ("access.policy_documents", access(policy_documents=[given]))
        for given in [
            "[]",
            "null",
            '"Statement"',
            '{"Statement": "Allow"}',
            '{"Statement": [null]}',
            document(Principal="arn:aws:iam::000000000000:root"),
            document(Principal={"AWS": [1]}),
            document(Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}),
            document(Condition={"StringEquals": {"aws:username": [True]}}),
            document(Action=[]),
            document(Effect="Permit"),
            document(Sid=5),
            document(Sid="DenyRequestsWithoutTLS"),
        ]
    },
    "two policy documents of one Sid": (
        "access.policy_documents",
        access(policy_documents=[inputs.POLICY, inputs.POLICY]),
    ),
}


def test_what_no_limit_of_aws_forbids_applies_and_is_stored_as_it_was_given(
    shared_workspace: Workspace, secretsmanager: "SecretsManagerClient"
) -> None:
    calls = [{"name": name, **given} for name, given in ACCEPTED.items()]
    failed = ManyCalls(shared_workspace, len(calls)).apply(calls)

    assert {name: list(map(str, each)) for name, each in zip(ACCEPTED, failed, strict=True) if each} == {}

    def stored(name: str) -> str:
        return secretsmanager.get_secret_value(SecretId=name)["SecretString"]

    for name in ("edge/65536-bytes", "edge/65536-bytes-of-two-each", "edge/text"):
        assert stored(name) == ACCEPTED[name]["text"]
    assert json.loads(stored("edge/pairs")) == ACCEPTED["edge/pairs"]["key_values"]
    credentials = json.loads(stored("edge/username"))
    assert {credentials[field] for field in ("username", "host", "password")} == {SPECIAL}
    assert secretsmanager.describe_secret(SecretId="edge/text")["Description"] == SPECIAL
    assert len(secretsmanager.describe_secret(SecretId="edge/tags")["Tags"]) == 50


def test_what_a_limit_forbids_is_refused_by_a_message_that_names_the_input(
    shared_workspace: Workspace,
) -> None:
    calls = [{"name": "edge/refused", **given} for _, given in REFUSED.values()]
    planned = ManyCalls(shared_workspace, len(calls)).plan(calls)

    for (case, (name, _)), refusals in zip(REFUSED.items(), planned, strict=True):
        assert refusals, case
        assert not strangers(refusals), case
        assert any(name in refusal.message[:80] for refusal in refusals), (case, refusals)
