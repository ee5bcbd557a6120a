"""Any input either applies or is refused with a message of this module.

CASES=1000 tries 1000 random inputs, different ones in each run: `make fuzz`.
"""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import HealthCheck, Phase, configuration, given, settings

from harness import inputs
from harness.functions import function
from harness.inputs import FULL
from harness.many_calls import JoinedCalls, SeparateCalls
from harness.terraform import TerraformError
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

# The places that refuse null, with words of the message. Elsewhere null means left out.
REFUSED_NULLS = {
    "name": "required variable may not be set to null",
    "tags.[]": "tags: Environment is not valid",
    "database": "password is given without database",
    "database.engine": "database.engine is null",
    "database.username": "database.username is empty",
    "database.superuser_secret_arn": "without superuser_secret_arn",
    "key.administrators.[]": "key.administrators: [null]",
    "key.existing.alias": "key.existing names 0 keys",
    "access.readers.[]": "access.readers: [null]",
    "access.services.[]": "access.services is null for appflow.amazonaws.com",
    "access.services.[].source_arns.[]": "source_arns has [null]",
    "access.administrators.[]": "access.administrators: [null]",
    "access.rotators.[]": "access.rotators has an entry",
    "access.conditions.vpc_endpoint_ids.[]": "vpc_endpoint_ids is [null]",
    "access.conditions.source_ip_cidrs.[]": "source_ip_cidrs is [null]",
    "access.conditions.principal_tags.[]": 'principal_tags: {"Team":null}',
    "access.policy_documents.[]": "access.policy_documents: entry 1 is not",
    "monitoring.topic_arn": "monitoring names no topic",
    "monitoring.emails": "monitoring names no topic",
    "monitoring.emails.[]": "monitoring.emails: [null]",
    "rotation.automatically_after_days": "rotation has neither automatically_after_days nor",
    "rotation.schedule_expression": "rotation has neither automatically_after_days nor",
    "rotation.function": "rotation.function is null",
    "rotation.function.arn": "rotation.function names 0 functions",
    "rotation.function.package": "rotation.function names 0 functions",
    "rotation.function.package.file": "must have exactly one source",
    "rotation.function.package.image_uri": "must have exactly one source",
    "rotation.function.package.s3": "must have exactly one source",
    "rotation.function.package.s3.bucket": '"bucket":null',
    "rotation.function.package.s3.key": '"key":null',
    "rotation.function.aws_template": "rotation.function names 0 functions",
    "rotation.function.network": "rotation.function.network is missing",
    "rotation.function.network.vpc_id": "vpc_id is null",
    "rotation.function.network.subnet_ids": "subnet_ids has 0 entries",
    "rotation.function.network.subnet_ids.[]": "subnet_ids is [null]",
    "rotation.function.network.database_security_group_ids.[]": "group_ids is [null]",
    "rotation.function.alarm_topic_arns.[]": "alarm_topic_arns is [null]",
    "replicas.[]": "replicas is null for eu-west-1",
    "replicas.[].kms_key_arn": "replicas: the copy in eu-west-1 has no key",
}


@pytest.fixture(scope="module", autouse=True)
def existing_key(kms: "KMSClient") -> Iterator[None]:
    """Create a key with the alias that some calls name."""
    kms.create_alias(AliasName=inputs.ALIAS, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    yield
    kms.delete_alias(AliasName=inputs.ALIAS)


@pytest.fixture(scope="module")
def trail() -> Iterator[None]:
    """Create the log group that some calls name."""
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName=inputs.TRAIL)
    yield
    logs.delete_log_group(logGroupName=inputs.TRAIL)


@pytest.fixture(scope="module")
def rotation_function(lambda_: "LambdaClient") -> Iterator[None]:
    """Create the function that some calls name."""
    name = inputs.FUNCTION.rpartition(":")[2]
    with function(lambda_, "def handler(event, context):\n    pass\n", FunctionName=name):
        yield


def nulls() -> dict[str, dict[str, object]]:
    """Return, for each place in the good calls, a call that has null there."""
    found: dict[str, dict[str, object]] = {}
    for call in FULL.values():
        for place in inputs.places(call):
            found.setdefault(place.name, inputs.with_value(call, place.path, None))
    return found


def assert_refused(
    workspace: Workspace, cases: Mapping[str, tuple[str, Mapping[str, object]]]
) -> None:
    """Plan all calls: only our messages refuse each, and one of them contains the words."""
    planned = SeparateCalls(workspace, len(cases)).plan([call for _, call in cases.values()])
    wrong = [
        f"{case}: {[str(refusal) for refusal in refusals]}"
        for (case, (words, _)), refusals in zip(cases.items(), planned, strict=True)
        if not all(refusal.is_ours for refusal in refusals)
        or not any(words in refusal.message for refusal in refusals)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_good_calls_have_every_input_of_the_module() -> None:
    assert nulls().keys() == set(inputs.names())


@pytest.mark.exhaustive
def test_null_is_as_if_left_out(shared_workspace: Workspace) -> None:
    accepted = {place: call for place, call in nulls().items() if place not in REFUSED_NULLS}

    assert JoinedCalls(shared_workspace).plan(accepted) == []


@pytest.mark.exhaustive
def test_null_that_stands_for_nothing_is_refused_by_a_message(shared_workspace: Workspace) -> None:
    calls = nulls()

    assert_refused(
        shared_workspace, {place: (words, calls[place]) for place, words in REFUSED_NULLS.items()}
    )


def text(value: str, **others: object) -> dict[str, object]:
    return {"secret_string_wo": value, "value_version": 1, **others}


def container(**others: object) -> dict[str, object]:
    return {"create_value": False, **others}


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
    "edge/pairs": {"key_values_wo": {SPECIAL: SPECIAL, "": ""}, "value_version": 10**9},
    "edge/username": {**database(username=SPECIAL, host=SPECIAL), "password_wo": SPECIAL},
    "edge/tags": container(tags={f"Key{i} ä_.:/=+-@": "é" * (i * 5) for i in range(50)}),
    "edge/description": container(description="d" * 2048),
    "edge/excluded": {**database(), "password": {"exclude_characters": "é" * 4096}},
    # Names that differ only in characters that an alias and a Sid cannot contain.
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
        conditions={"principal_tags": {"cost center": "1", "cost-center": "2", "é": "3", "ä": "4"}},
    ),
}

REFUSED: dict[str, tuple[str, dict[str, object]]] = {
    "65,537 bytes": ("value", text("x" * 65537)),
    "65,537 bytes, fewer characters": ("value", text("é" * 32768 + "x")),
    "65,537 bytes with the braces": (
        "value",
        {"key_values_wo": {"key": "x" * (65537 - len('{"key":""}'))}, "value_version": 1},
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
    "value_version of a half": ("value_version", text("x", value_version=1.5)),
    "reader with a template": ("access.readers", access(readers=["${aws:username}"])),
    "source with a policy variable": (
        "access.services",
        access(services={"a.amazonaws.com": {"source_arns": ["arn:aws:s3:::${aws:username}"]}}),
    ),
    "one tag in two cases": (
        "access.conditions",
        access(conditions={"principal_tags": {"Team": "a", "team": "b"}}),
    ),
    "superuser by wildcard": (
        "database.superuser_secret_arn",
        database(superuser_secret_arn="arn:aws:secretsmanager:us-east-1:000000000000:secret:*"),
    ),
    "rotation every 0 days": (
        "rotation.automatically_after_days",
        {
            **database(),
            "rotation": {"automatically_after_days": 0, "function": {"arn": inputs.FUNCTION}},
        },
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
            document(Condition={"StringEquals": {"aws:username": [None]}}),
            document(Condition={"StringEquals": {"aws:username": {"is": "x"}}}),
            document(Action=[]),
            document(Effect="Permit"),
            document(Sid=5),
            document(Sid="DenyRequestsWithoutTLS"),
        ]
    },
    # The same lists also contain roles that do not exist yet.
    "rotator beside the function's role": (
        "access.rotators",
        {**FULL["package"], "access": {"rotators": ["rotate"]}},
    ),
    "administrator that monitoring names too": (
        "access.administrators",
        {
            **FULL["package"],
            "access": {"readers": [inputs.role("app")], "administrators": ["admin"]},
            "monitoring": FULL["access"]["monitoring"],
        },
    ),
    "two policy documents of one Sid": (
        "access.policy_documents",
        access(policy_documents=[inputs.POLICY, inputs.POLICY]),
    ),
}


@pytest.mark.exhaustive
def test_what_no_limit_of_aws_forbids_applies_and_is_stored_as_it_was_given(
    shared_workspace: Workspace, secretsmanager: "SecretsManagerClient"
) -> None:
    failed = JoinedCalls(shared_workspace).apply(
        {name: {"name": name, **given} for name, given in ACCEPTED.items()}
    )
    assert failed == []

    def stored(name: str) -> str:
        return secretsmanager.get_secret_value(SecretId=name)["SecretString"]

    for name in ("edge/65536-bytes", "edge/65536-bytes-of-two-each", "edge/text"):
        assert stored(name) == ACCEPTED[name]["secret_string_wo"]
    assert json.loads(stored("edge/pairs")) == ACCEPTED["edge/pairs"]["key_values_wo"]
    credentials = json.loads(stored("edge/username"))
    assert {credentials[field] for field in ("username", "host", "password")} == {SPECIAL}
    assert secretsmanager.describe_secret(SecretId="edge/text")["Description"] == SPECIAL
    assert len(secretsmanager.describe_secret(SecretId="edge/tags")["Tags"]) == 50


@pytest.mark.exhaustive
def test_what_a_limit_forbids_is_refused_by_a_message(shared_workspace: Workspace) -> None:
    assert_refused(
        shared_workspace,
        {
            case: (words, {"name": "edge/refused", **call})
            for case, (words, call) in REFUSED.items()
        },
    )


ROLE = "${terraform_data.made.output.arn}"
ID = "${terraform_data.made.output.id}"


def function_with(value: object, *path: str) -> dict[str, object]:
    """Return a call that creates a function, with this value in `rotation.function`."""
    return inputs.with_value(FULL["package in S3"], ("rotation", "function", *path), value)


# Calls by what the refusal names: a wrong entry follows one that the same apply creates.
BEHIND: dict[str, dict[str, object]] = {
    "var.readers": access(readers=[ROLE, "wrong"]),
    "access.rotators": access(rotators=[ROLE, "wrong"]),
    "var.administrators": access(administrators=[ROLE, "wrong"]),
    "var.access.services": access(services={"a.amazonaws.com": {"source_arns": [ROLE, "wrong"]}}),
    "var.access.conditions.vpc_endpoint_ids": access(
        conditions={"vpc_endpoint_ids": [f"vpce-{ID}", "wrong"]}
    ),
    "var.key_administrators": container(key={"administrators": [ROLE, "wrong"]}),
    "var.function.alarm_topic_arns": function_with([ROLE, "wrong"], "alarm_topic_arns"),
    "var.function.network.subnet_ids": function_with(
        [f"subnet-{ID}", "wrong"], "network", "subnet_ids"
    ),
    "var.function.network.database_security_group_ids": function_with(
        [f"sg-{ID}", "wrong"], "network", "database_security_group_ids"
    ),
}


def test_a_wrong_entry_is_refused_behind_one_that_is_not_known_yet(workspace: Workspace) -> None:
    terraform = workspace("")
    made = {"input": {"arn": inputs.role("app"), "id": "0a1b2c3d"}}
    calls = {
        f"call_{index}": {**call, "source": "./module", "name": f"edge/{index}"}
        for index, call in enumerate(BEHIND.values())
    }
    stack = {
        "provider": {"aws": {"region": "us-east-1"}},
        "resource": {"terraform_data": {"made": made}},
        "module": calls,
    }
    (terraform.folder / "calls.tf.json").write_text(json.dumps(stack))
    terraform.init()

    with pytest.raises(TerraformError) as refused:
        terraform.plan()

    assert [refusal for refusal in BEHIND if refusal not in str(refused.value)] == []


def can_apply(call: Mapping[str, Any]) -> bool:
    """Return whether all that the call names exists: packages, networks, replica keys do not."""
    if any(
        replica and replica.get("kms_key_arn") for replica in (call.get("replicas") or {}).values()
    ):
        return False
    rotation = call.get("rotation")
    return rotation is None or rotation["function"].get("arn") == inputs.FUNCTION


def as_text(name: object) -> str:
    """Return the name as the string that Terraform converts it to."""
    return name if isinstance(name, str) else json.dumps(name)


NUMBER = int(os.environ.get("CASES", "24"))
AT_ONCE = 24


def random_cases(number: int) -> list[inputs.Case]:
    """Return this many cases: the same ones in each run, unless CASES is set."""
    configuration.set_hypothesis_home_dir(tempfile.gettempdir())
    cases: list[inputs.Case] = []

    @settings(
        database=None,
        deadline=None,
        derandomize="CASES" not in os.environ,
        max_examples=number,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs.cases())
    def collect(case: inputs.Case) -> None:
        cases.append(case)

    collect()
    return cases


@pytest.mark.exhaustive
@pytest.mark.usefixtures("trail", "rotation_function")
@pytest.mark.timeout(600 + 10 * NUMBER)
def test_a_value_at_random_is_refused_by_a_message_or_applies(
    shared_workspace: Workspace, record_property: Callable[[str, object], None]
) -> None:
    cases = random_cases(NUMBER)
    separate, joined = SeparateCalls(shared_workspace, AT_ONCE), JoinedCalls(shared_workspace)
    wrong, applied, refused = [], set[str](), Counter[str]()

    for start in range(0, len(cases), AT_ONCE):
        batch = cases[start : start + AT_ONCE]
        calls = [
            case.inputs if "name" in case.changes else {**case.inputs, "name": f"random/{index}"}
            for index, case in enumerate(batch, start)
        ]
        accepted = {}
        for case, call, refusals in zip(batch, calls, separate.plan(calls), strict=True):
            strangers = [str(refusal) for refusal in refusals if not refusal.is_ours]
            if strangers:
                wrong.append(f"{case.full}, {case.changes}: {strangers}")
            elif refusals:
                refused.update({name.split(".")[0] for name in case.changes})
            elif can_apply(call) and (name := as_text(call["name"])) not in applied:
                accepted[name] = call
        wrong += joined.apply(accepted)
        applied |= accepted.keys()

    counts = ", ".join(f"{name} {number}" for name, number in sorted(refused.items()))
    record_property(
        "bad input", f"{len(cases)} planned, {len(applied)} applied, refused by variable: {counts}"
    )
    assert not wrong, "\n".join(wrong)
