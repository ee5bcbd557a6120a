"""The policies that Terraform renders match the access matrix, which detects any change."""

import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from emulator.localstack import session_in
from harness.access import FOLDER, Case, decide_all, mutants, questions, rows
from harness.emulators import Moto
from harness.workspace import Workspace
from iam.engine import Document, Engine, lint
from tools.environments import ROOT

ACCOUNT = "111111111111"
ROWS = rows()


# Other tests apply the examples in another account.
OWNER = session_in(ACCOUNT)


def applied(outputs: Mapping[str, Any]) -> Case:
    """Return the case of an applied secret: its policies as AWS stores them."""
    secretsmanager, kms = OWNER.client("secretsmanager"), OWNER.client("kms")
    secret = secretsmanager.describe_secret(SecretId=outputs["arn"])
    documents = {
        "secret": secretsmanager.get_resource_policy(SecretId=outputs["arn"])["ResourcePolicy"],
        "key": kms.get_key_policy(KeyId=secret["KmsKeyId"], PolicyName="default")["Policy"],
    }
    if "role_arn" in outputs:
        documents["reader"] = role_policy(outputs["role_arn"])
    others = dict(outputs.get("given_keys", {}))
    if outputs.get("rotation_role_arn"):
        documents["rotator"] = role_policy(outputs["rotation_role_arn"])
        others["function"] = outputs["rotation_role_arn"].rpartition("/")[2]
    if "superuser_arn" in outputs:
        superuser = secretsmanager.describe_secret(SecretId=outputs["superuser_arn"])
        others |= {"superuser": superuser["ARN"], "superuser_key": superuser["KmsKeyId"]}
    if "vpc_endpoint_id" in outputs:
        ids = [outputs["vpc_endpoint_id"]]
        (endpoint,) = OWNER.client("ec2").describe_vpc_endpoints(VpcEndpointIds=ids)["VpcEndpoints"]
        documents["endpoint"] = endpoint["PolicyDocument"]
        others["endpoint"] = endpoint["VpcEndpointId"]
    for region, arn in outputs.get("replica_key_arns", {}).items():
        kms = OWNER.client("kms", region_name=region)
        name = f"key in {region}"
        documents[name] = kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"]
        others[name] = arn
    documents |= policies(outputs)
    return Case(
        secret["Name"],
        secret["ARN"],
        secret["KmsKeyId"],
        parsed(documents),
        others,
        outputs.get("pattern", ""),
    )


def rendered(name: str, outputs: Mapping[str, Any]) -> Case:
    """Return the case of only modules/policies, as main.tf calls it."""
    secret = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:tests/{name}-AbCdEf"
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
    return Case(f"tests/{name}", secret, key, parsed(policies(outputs)))


def policies(outputs: Mapping[str, Any]) -> dict[str, str]:
    """Return the policies in the outputs of a module or an example, by kind."""
    suffix = "_policy_json"
    return {
        **{name.removesuffix(suffix): it for name, it in outputs.items() if name.endswith(suffix)},
        **outputs.get("resource_policies_json", {}),
        **outputs.get("identity_policies_json", {}),
        **outputs.get("policies_json", {}),
    }


def parsed(documents: Mapping[str, str]) -> dict[str, Document]:
    return {kind: json.loads(text) for kind, text in documents.items()}


def role_policy(arn: str) -> str:
    """Return the policies of a role as one document."""
    iam = session_in(arn.split(":")[4]).client("iam")
    name = arn.rpartition("/")[2]
    statements: list[Any] = []
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        document: Any = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        statements += document["Statement"]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture(scope="module")
def cases(shared_workspace: Workspace, moto: Moto) -> dict[str, Case]:  # noqa: ARG001
    """All cases by name."""
    terraform = shared_workspace((FOLDER / "main.tf").read_text())
    terraform.environment["AWS_ACCESS_KEY_ID"] = ACCOUNT
    # The key of the replica in Ireland, with the id that the vocabulary names.
    session_in(ACCOUNT).client("kms", region_name="eu-west-1").create_key(
        Tags=[{"TagKey": "_custom_id_", "TagValue": "00000000-0000-0000-0000-000000000001"}]
    )
    terraform.apply()
    outputs = terraform.output()
    return {
        **{name: applied(each) for name, each in outputs["applied"].items()},
        **{name: rendered(name, each) for name, each in outputs["rendered"].items()},
    }


def test_every_row_holds(cases: dict[str, Case], engine: Engine) -> None:
    decisions = decide_all(engine, [questions(row, cases[row.case]) for row in ROWS])

    wrong = [
        f"{row}, because {row.reason}; but: {', '.join(decision.statements)}"
        for row, decision in zip(ROWS, decisions, strict=True)
        if decision.allowed != row.allowed
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_example_and_case_is_in_the_matrix(cases: dict[str, Case]) -> None:
    examples = {folder.name for folder in ROOT.glob("examples/*")}

    assert examples <= set(cases)
    assert {row.case for row in ROWS} == set(cases)


def test_no_two_rows_ask_the_same() -> None:
    asked = [
        (row.case, row.principal, row.operation, row.resource, row.circumstances) for row in ROWS
    ]

    assert sorted({each for each in asked if asked.count(each) > 1}) == []


def test_every_document_is_free_of_faults(cases: dict[str, Case]) -> None:
    faults = {
        f"{name}: {kind}": found
        for name, case in cases.items()
        for kind, document in case.documents.items()
        if (found := lint(document))
    }

    assert faults == {}


@pytest.mark.exhaustive
def test_a_row_fails_for_every_part_of_a_policy_that_is_removed_or_widened(
    cases: dict[str, Case], engine: Engine, record_property: Callable[[str, object], None]
) -> None:
    # A statement in several cases is the same in all: only one case must notice the change.
    noticed: dict[str, bool] = defaultdict(bool)
    for name, case in cases.items():
        own_rows = [(row, questions(row, case)) for row in ROWS if row.case == name]
        for kind, document in case.documents.items():
            for change, mutant in mutants(document):
                change = f"{kind} {case.normalize(change)}"
                if noticed[change]:
                    continue
                changed = case.with_document(kind, mutant)
                concerned = [
                    (row, asked)
                    for row, before in own_rows
                    if (asked := questions(row, changed)) != before
                ]
                # In batches: many rows notice most changes.
                noticed[change] = any(
                    decision.allowed != row.allowed
                    for batch in itertools.batched(concerned, 16, strict=False)
                    for (row, _), decision in zip(
                        batch, decide_all(engine, [asked for _, asked in batch]), strict=True
                    )
                )

    unnoticed = [change for change, by_a_row in noticed.items() if not by_a_row]
    score = f"{len(noticed) - len(unnoticed)} of {len(noticed)}, by {len(ROWS)} rows"
    record_property("changes of policies noticed", score)
    assert not unnoticed, "\n" + "\n".join(unnoticed)
