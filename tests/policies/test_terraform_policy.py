"""policies/terraform-policy*.json allow all that Terraform does, and nothing else.

Terraform runs on tests/fixtures/permissions/main.tf, which has every module with every option.
The tests record each call and ask the IAM engine about each permission that the call needs.
"""

import itertools
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from emulator.localstack import session_in
from harness.access import mutants
from harness.forwarder import Forwarder, Sent
from harness.functions import create_function
from harness.permissions import (
    FOLDER,
    NOT_DECIDED,
    REASONS,
    Account,
    Permission,
    policies,
    strange,
    strange_action,
    unseen,
)
from harness.terraform import Terraform, TerraformError
from harness.terraform_calls import call
from harness.waits import wait_until
from harness.workspace import Workspace
from iam.engine import Document, Engine, lint
from iam.lint import conditions_of, sends
from tools.environments import ROOT

ACCOUNT = "333333333333"
OWNER = session_in(ACCOUNT)
COPY = "eu-west-1"
# The quota of an identity-based policy, without white space.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MAX_CHARACTERS = 6144
# No emulator supports the Serverless Application Repository: see
# tests/fixtures/permissions/unseen.toml.
NOT_MADE = {
    "aws_serverlessapplicationrepository_cloudformation_stack",
    "data.aws_lambda_function",
}


@dataclass(frozen=True)
class Given:
    """What the account has before Terraform runs."""

    names: Mapping[str, str]
    existing_key: str
    copy_key: str


@dataclass(frozen=True)
class Run:
    """What Terraform sent in each step, and the types of all that it created and read."""

    sent: Mapping[str, list[Sent]]
    types: frozenset[str]
    given: Given

    def permissions(self, *steps: str) -> list[Permission]:
        """Return the permissions that the calls of all steps, or of these, need; each once."""
        account = Account(ACCOUNT)
        needed = {
            step: [each for one in sent for each in account.permissions(call(one))]
            for step, sent in self.sent.items()
        }
        wanted = itertools.chain.from_iterable(needed[step] for step in steps or needed)
        return list({str(each): each for each in wanted}.values())


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """A VPC with a database's security group, a topic, a trail's log group, keys, functions."""
    ec2, logs, lambda_ = OWNER.client("ec2"), OWNER.client("logs"), OWNER.client("lambda")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
        for number in (1, 2)
    ]
    group = ec2.create_security_group(VpcId=vpc, GroupName="database", Description="database")
    logs.create_log_group(logGroupName="trail")
    secret = OWNER.client("secretsmanager").create_secret(Name="superuser", SecretString="{}")
    shared = new_key()
    OWNER.client("kms").create_alias(AliasName="alias/shared", TargetKeyId=shared)
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    boundary = OWNER.client("iam").create_policy(
        PolicyName="boundary",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    package = ROOT / "dist" / "rotation.zip"
    changed = tmp_path_factory.mktemp("package") / "changed.zip"
    changed.write_bytes(package.read_bytes())
    with zipfile.ZipFile(changed, "a") as archive:
        archive.writestr("changed.txt", "")
    names = {
        "vpc": vpc,
        "subnet": subnets[0],
        "second_subnet": subnets[1],
        "database_group": group["GroupId"],
        "topic": OWNER.client("sns").create_topic(Name="alarms")["TopicArn"],
        "trail": "trail",
        "log_key": new_key(),
        "package": str(package),
        "changed_package": str(changed),
        "function": create_function(lambda_, "", FunctionName="rotate-everything").arn,
        "superuser": secret["ARN"],
        "boundary": boundary["Policy"]["Arn"],
    }
    return Given(names, new_key(), new_key(COPY))


def new_key(region: str = "us-east-1") -> str:
    key: str = OWNER.client("kms", region_name=region).create_key()["KeyMetadata"]["Arn"]
    return key


@pytest.fixture(scope="module")
def run(shared_workspace: Workspace, given: Given) -> Run:
    """Create, change, move to other keys and destroy every module with every option."""
    terraform = shared_workspace((FOLDER / "main.tf").read_text())
    copies = {COPY: {"kms_key_arn": given.copy_key}}
    existing, alias = {"arn": given.existing_key}, {"alias": "alias/shared"}
    steps: dict[str, dict[str, object]] = {
        "create": {"stage": 1, "key": {"aws_managed": True}},
        "key made": {"stage": 1},
        "change": {"stage": 2, "replicas": copies},
        "otherwise": {"stage": 3, "replicas": copies, "key": {"existing": existing}},
        "rotate no more": {"stage": 4, "replicas": copies, "key": {"existing": alias}},
        "key made again": {"stage": 4, "replicas": copies},
    }
    sent: dict[str, list[Sent]] = {}
    types: set[str] = set()
    with Forwarder(os.environ["AWS_ENDPOINT_URL"]) as forwarder:
        terraform.environment = {
            "AWS_ENDPOINT_URL": forwarder.endpoint_url,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
        }
        for step, variables in steps.items():
            with forwarder.hearing() as sent[step]:
                try:
                    terraform.apply(given=given.names, **variables)
                except TerraformError as error:
                    # The provider repeats a call whose answer it lost: apply again (docs/value.md).
                    if "is not attached to version" not in error.on_one_line:
                        raise
                    terraform.apply(given=given.names, **variables)
            types |= types_in(terraform)
            # Secrets Manager tests new settings of rotation. Until then, Terraform stores no value.
            wait_until(lambda: "AWSPENDING" not in labels())
        with forwarder.hearing() as sent["destroy"]:
            terraform.destroy()
    return Run(sent, frozenset(types), given)


def labels() -> list[str]:
    """Return the staging labels of the secret."""
    secret = OWNER.client("secretsmanager").describe_secret(SecretId="orders/database/credentials")
    return [label for stages in secret["VersionIdsToStages"].values() for label in stages]


def types_in(terraform: Terraform) -> set[str]:
    """Return the types in the state, with `data.` before those that are only read."""
    addresses = re.sub(r"\[.*?\]", "", terraform.run("state list")).split()
    return {re.sub(r"^(?:module\.\w+\.)*", "", each).rpartition(".")[0] for each in addresses}


@pytest.fixture(scope="module")
def filled_in(given: Given) -> dict[str, Document]:
    """The policies for what the run creates, by file name."""
    return policies(
        ACCOUNT_ID=ACCOUNT,
        VPC_ID=given.names["vpc"],
        REPLICA_KEY_ID=given.copy_key.rpartition("/")[2],
    )


@pytest.fixture(scope="module")
def needed(run: Run) -> list[Permission]:
    """Each permission that AWS requires, seen in the run or documented."""
    return [*run.permissions(), *unseen(ACCOUNT, run.given.names["vpc"])]


def denied(
    permissions: list[Permission], documents: Iterator[Document] | list[Document], engine: Engine
) -> list[str]:
    documents = list(documents)
    decisions = engine.decide_all(each.question(documents, ACCOUNT) for each in permissions)
    return [
        str(each)
        for each, decision in zip(permissions, decisions, strict=True)
        if not decision.allowed
    ]


@pytest.mark.exhaustive
def test_terraform_may_do_all_that_it_does(
    needed: list[Permission], filled_in: Mapping[str, Document], engine: Engine
) -> None:
    not_allowed = denied(needed, list(filled_in.values()), engine)

    assert not_allowed == []


@pytest.mark.exhaustive
def test_the_run_makes_and_reads_every_type_of_every_module(run: Run) -> None:
    files = [*ROOT.glob("*.tf"), *ROOT.glob("modules/**/*.tf")]
    declared = {
        f"{'data.' if kind == 'data' else ''}{type_}"
        for file in files
        for kind, type_ in re.findall(r'^(data|resource) "(\w+)"', file.read_text(), re.MULTILINE)
    }

    assert declared == run.types | NOT_MADE


@pytest.mark.exhaustive
def test_without_rotation_its_policy_is_not_needed(
    run: Run, filled_in: Mapping[str, Document], engine: Engine
) -> None:
    names = ("terraform-policy", "terraform-policy-monitoring", "terraform-policy-network")
    attached = [filled_in[name] for name in names]

    assert denied(run.permissions("key made again", "destroy"), attached, engine) == []


@pytest.mark.exhaustive
def test_terraform_may_do_nothing_else(
    needed: list[Permission], filled_in: Mapping[str, Document], engine: Engine
) -> None:
    others = [other for each in needed for other in strange(each)]
    allowed = {str(each) for each in others} - set(denied(others, list(filled_in.values()), engine))

    assert len(others) > len(needed)
    assert allowed == set()


@pytest.mark.exhaustive
def test_every_part_of_the_policies_is_needed(
    needed: list[Permission],
    filled_in: Mapping[str, Document],
    engine: Engine,
    record_property: Callable[[str, object], None],
) -> None:
    statements = {
        statement["Sid"]: statement
        for document in filled_in.values()
        for statement in document["Statement"]
    }
    whole = {"Version": "2012-10-17", "Statement": list(statements.values())}
    noticed = {
        change: is_noticed(mutant, statements[change.partition(":")[0]], needed, engine)
        for change, mutant in mutants(whole)
        if not stays_denied(change, statements[change.partition(":")[0]])
    }
    unnoticed = [change for change, by_any in noticed.items() if not by_any]
    score = f"{len(noticed) - len(unnoticed)} of {len(noticed)}"
    record_property("changes of Terraform's policies noticed", score)
    assert not unnoticed, "\n" + "\n".join(unnoticed)


def stays_denied(change: str, statement: Mapping[str, Any]) -> bool:
    """Return whether a condition key still excludes the actions that a change would add."""
    if not change.endswith(":*"):
        return False
    actions, resources = listed(statement["Action"]), listed(statement["Resource"])
    other = strange_action(actions[0], resources[0])
    keys = [key for _, key, _ in conditions_of(statement)]
    return other is not None and not all(sends(other, key) for key in keys)


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def is_noticed(
    mutant: Document, changed: Mapping[str, Any], needed: list[Permission], engine: Engine
) -> bool:
    """Return whether the mutant denies what is needed, or allows what is not."""
    service = listed(changed["Action"])[0].partition(":")[0]
    own = [each for each in needed if each.action.partition(":")[0] == service]
    asked = [(each, True) for each in own]
    asked += [(other, False) for each in own for other in strange(each)]
    return any(
        decision.allowed != allowed
        for batch in itertools.batched(asked, 64, strict=False)
        for (_, allowed), decision in zip(
            batch,
            engine.decide_all(each.question([mutant], ACCOUNT) for each, _ in batch),
            strict=True,
        )
    )


def test_a_statement_of_two_policies_is_the_same_in_both(
    filled_in: Mapping[str, Document],
) -> None:
    all_of_them = [each for document in filled_in.values() for each in document["Statement"]]
    different = {json.dumps(each, sort_keys=True) for each in all_of_them}

    assert len(different) == len({each["Sid"] for each in all_of_them})


def test_each_policy_is_valid_and_not_too_long(filled_in: Mapping[str, Document]) -> None:
    for name, document in filled_in.items():
        assert lint(document) == [], name
        assert not re.search("[A-Z]_(?:ID|KEY|NAME|BUCKET|GROUP|REGION)", json.dumps(document)), (
            name
        )
        assert len(json.dumps(document, separators=(",", ":"))) <= MAX_CHARACTERS, name


def test_each_statement_has_a_reason(filled_in: Mapping[str, Document]) -> None:
    named = [each["Sid"] for document in filled_in.values() for each in document["Statement"]]

    assert {*named, NOT_DECIDED} == set(REASONS)
