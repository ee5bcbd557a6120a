"""LocalStack listens only on loopback and does not outlive its starter."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from emulator.localstack import LocalStack, LocalStackError
from emulator.places import IMPORTED
from harness.emulators import Emulator, Ministack, Moto
from harness.functions import create_function
from harness.processes import LOOPBACK, listening_addresses
from harness.waits import wait_until

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

STARTER = """
import importlib, sys, time
from pathlib import Path

Emulator = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
with Emulator(Path(sys.argv[3])) as emulator:
    print(emulator.port, flush=True)
    time.sleep(600)
"""


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_keeps_to_loopback_and_its_folder_also_for_the_functions_that_it_runs(
    tmp_path: Path,
) -> None:
    with LocalStack(tmp_path / "localstack") as localstack:
        client = boto3.client("lambda", endpoint_url=localstack.endpoint_url)
        create_function(client, "def handler(event, context): pass")({})
        addresses = listening_addresses(localstack.process.pid)
        buckets = list(localstack.folder.rglob("awslambda-us-east-1-tasks"))

    assert len(buckets) == 2  # of the zip, and of the unzipped code
    assert len(addresses) > 1
    assert set(addresses) <= LOOPBACK


def test_a_replica_follows_its_primary_until_it_is_promoted(
    secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    there = boto3.client("secretsmanager", region_name="eu-west-1")

    def values() -> list[str]:
        clients = (secretsmanager, there)
        return [client.get_secret_value(SecretId=secret_name)["SecretString"] for client in clients]

    kms = boto3.client("kms", region_name="eu-west-1")
    alias = f"alias/{secret_name}"
    kms.create_alias(AliasName=alias, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "secretsmanager:DeleteSecret",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    primary = secretsmanager.create_secret(
        Name=secret_name,
        SecretString="first",
        AddReplicaRegions=[{"Region": "eu-west-1", "KmsKeyId": alias}],
    )["ARN"]
    secretsmanager.put_resource_policy(SecretId=secret_name, ResourcePolicy=policy)
    secretsmanager.put_secret_value(SecretId=secret_name, SecretString="second")
    replica = there.describe_secret(SecretId=secret_name)
    assert values() == ["second", "second"]
    assert replica["ARN"] == primary.replace("us-east-1", "eu-west-1")
    assert replica["KmsKeyId"].endswith(f":{alias}")
    assert replica["PrimaryRegion"] == "us-east-1"
    assert there.get_resource_policy(SecretId=secret_name)["ResourcePolicy"] == policy
    with pytest.raises(there.exceptions.InvalidParameterException, match="replica"):
        there.put_secret_value(SecretId=secret_name, SecretString="third")

    promoted = there.stop_replication_to_replica(SecretId=secret_name)
    there.put_secret_value(SecretId=secret_name, SecretString="third")
    assert promoted["ARN"] == replica["ARN"]
    assert values() == ["second", "third"]
    assert "ReplicationStatus" not in secretsmanager.describe_secret(SecretId=secret_name)
    assert "PrimaryRegion" not in there.describe_secret(SecretId=secret_name)
    for client in (secretsmanager, there):
        client.delete_secret(SecretId=secret_name, ForceDeleteWithoutRecovery=True)
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.describe_secret(SecretId=secret_name)


@pytest.mark.slow
def test_it_counts_the_calls_since_a_mark_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "localstack"
    with LocalStack(folder) as localstack:
        sts = boto3.client("sts", endpoint_url=localstack.endpoint_url)
        sts.get_caller_identity()
        mark = localstack.log.mark()
        sts.get_caller_identity()
        sts.get_caller_identity()
        calls = localstack.log.calls_since(mark)
        assert answers(localstack.port)

    assert calls == {"sts.GetCallerIdentity": 2}
    assert not answers(localstack.port)
    assert not folder.exists()


def test_a_staging_label_stays_on_its_version_until_it_is_moved(
    secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    def stages() -> dict[str, list[str]]:
        versions = secretsmanager.describe_secret(SecretId=secret_name)["VersionIdsToStages"]
        return {version[0]: sorted(labels) for version, labels in versions.items()}

    def put(letter: str, *labels: str) -> None:
        secretsmanager.put_secret_value(
            SecretId=secret_name,
            SecretString="value",
            ClientRequestToken=letter * 32,
            VersionStages=["AWSCURRENT", *labels],
        )

    secretsmanager.create_secret(Name=secret_name)
    put("a", "mine")
    put("b")
    assert stages() == {"a": ["AWSPREVIOUS", "mine"], "b": ["AWSCURRENT"]}

    put("c")
    assert stages() == {"a": ["mine"], "b": ["AWSPREVIOUS"], "c": ["AWSCURRENT"]}

    # The last step of a rotation makes this call.
    secretsmanager.update_secret_version_stage(
        SecretId=secret_name,
        VersionStage="AWSCURRENT",
        MoveToVersionId="a" * 32,
        RemoveFromVersionId="c" * 32,
    )
    assert stages() == {"a": ["AWSCURRENT", "mine"], "c": ["AWSPREVIOUS"]}

    put("d", "mine")
    assert stages() == {"a": ["AWSPREVIOUS"], "d": ["AWSCURRENT", "mine"]}


def test_the_value_of_a_version_cannot_be_changed(
    secretsmanager: "SecretsManagerClient", secret_name: str
) -> None:
    def put(text: str) -> None:
        secretsmanager.put_secret_value(
            SecretId=secret_name,
            SecretString=text,
            ClientRequestToken="a" * 32,
            VersionStages=["AWSPENDING"],
        )

    secretsmanager.create_secret(Name=secret_name, SecretString="current")
    put("value")
    put("value")
    with pytest.raises(secretsmanager.exceptions.ResourceExistsException):
        put("another")


@pytest.mark.slow
@pytest.mark.parametrize("emulator", [LocalStack, Ministack, Moto])
def test_it_ends_and_leaves_nothing_when_its_starter_is_killed(
    emulator: type[LocalStack | Emulator], tmp_path: Path
) -> None:
    folder = tmp_path / "emulator"
    command = [sys.executable, "-c", STARTER, emulator.__module__, emulator.__name__, str(folder)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        port = int(starter.stdout.readline())
        assert answers(port)
        starter.send_signal(signal.SIGKILL)

    wait_until(lambda: not answers(port) and not folder.exists())


def test_when_it_does_not_start_its_log_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emulator.localstack.START_SECONDS", 0.5)

    with pytest.raises(LocalStackError, match="did not start"), LocalStack(tmp_path / "localstack"):
        pass


def test_a_rule_that_names_another_security_group_keeps_its_description() -> None:
    ec2 = boto3.client("ec2")
    one, other = (
        ec2.create_security_group(GroupName=uuid.uuid4().hex, Description="For a test")["GroupId"]
        for _ in range(2)
    )

    ec2.authorize_security_group_ingress(
        GroupId=one,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "UserIdGroupPairs": [{"GroupId": other, "Description": "From the other"}],
            }
        ],
    )

    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [one]}])
    found = [
        rule.get("Description") for rule in rules["SecurityGroupRules"] if not rule["IsEgress"]
    ]
    for group in (one, other):
        ec2.delete_security_group(GroupId=group)
    assert found == ["From the other"]


def test_an_endpoint_keeps_the_version_of_its_policy() -> None:
    ec2 = boto3.client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    endpoint_id = ec2.create_vpc_endpoint(
        VpcId=vpc_id,
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.us-east-1.kms",
    )["VpcEndpoint"]["VpcEndpointId"]
    statement = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    given = {"Version": "2012-10-17", "Statement": [statement]}

    def policy() -> object:
        (found,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"]
        return json.loads(found["PolicyDocument"])

    default = policy()
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, PolicyDocument=json.dumps(given))
    modified = policy()

    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])
    ec2.delete_vpc(VpcId=vpc_id)
    assert default == {"Statement": [{**statement, "Effect": "Allow"}]}
    assert modified == given


def test_an_alarm_has_the_tags_with_which_it_is_made() -> None:
    cloudwatch = boto3.client("cloudwatch")
    name = uuid.uuid4().hex
    tags = [{"Key": "Project", "Value": "tests"}]
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Tests",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        Tags=tags,
    )
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]

    assert cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == tags
    cloudwatch.delete_alarms(AlarmNames=[name])


def test_a_changed_stack_changes_its_connection_and_tells_its_role(
    secretsmanager: "SecretsManagerClient",
) -> None:
    cloudformation, events = boto3.client("cloudformation"), boto3.client("events")
    name = f"tests-{uuid.uuid4().hex}"
    role_arn = "arn:aws:iam::000000000000:role/tests"

    def template(password: str) -> str:
        login = {"BasicAuthParameters": {"Username": "tests", "Password": password}}
        properties = {"Name": name, "AuthorizationType": "BASIC", "AuthParameters": login}
        connection = {"Type": "AWS::Events::Connection", "Properties": properties}
        return json.dumps({"Resources": {"Connection": connection}})

    def wait(end: str) -> None:
        cloudformation.get_waiter(end).wait(StackName=name, WaiterConfig={"Delay": 1})

    cloudformation.create_stack(StackName=name, TemplateBody=template("first"), RoleARN=role_arn)
    wait("stack_create_complete")
    cloudformation.update_stack(StackName=name, TemplateBody=template("second"))
    wait("stack_update_complete")

    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert stack["RoleARN"] == role_arn
    secret_arn = events.describe_connection(Name=name)["SecretArn"]
    login = json.loads(secretsmanager.get_secret_value(SecretId=secret_arn)["SecretString"])
    assert login["password"] == "second"
    cloudformation.delete_stack(StackName=name)


# Makes LocalStack load a service so slowly that other calls arrive in the meantime.
SLOW_TO_LOAD = """
import time
from localstack.aws.handlers.service import ServiceRequestRouter

add_skeleton = ServiceRequestRouter.add_skeleton

def add_slowly(*arguments):
    time.sleep(0.5)
    add_skeleton(*arguments)

ServiceRequestRouter.add_skeleton = add_slowly
"""
CALLS = 20


@pytest.mark.exhaustive
def test_a_call_that_comes_while_its_service_is_loaded_is_answered(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW_TO_LOAD)
    path = ":".join(map(str, [tmp_path, *IMPORTED]))
    with (
        LocalStack(tmp_path / "localstack", PYTHONPATH=path) as localstack,
        ThreadPoolExecutor(CALLS) as pool,
    ):

        def describe(number: int) -> int:
            config = Config(retries={"total_max_attempts": 1})
            url = localstack.endpoint_url
            client = boto3.client("cloudwatch", endpoint_url=url, config=config)
            time.sleep(number * 0.2)
            return len(client.describe_alarms()["MetricAlarms"])

        assert list(pool.map(describe, range(CALLS))) == [0] * CALLS
