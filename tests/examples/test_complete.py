"""The example complete: everything that the module can do, for one secret.

test_access_matrix.py tests who has access; test_rotation.py tests rotation with a database.
"""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from harness import leaks
from harness.monitoring import About, Letters
from harness.network import describe_endpoint, describe_rules
from harness.terraform import Terraform
from harness.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import DescribeSecretResponseTypeDef

pytestmark = pytest.mark.exhaustive

NAME = "tickets/database/credentials"
SCHEDULE = {"ScheduleExpression": "rate(4 days)", "Duration": "3h"}
VARIABLES: dict[str, Any] = {"recovery_window_in_days": 0}


@pytest.fixture(scope="module")
def applied(shared_workspace: Workspace) -> Terraform:
    """Apply the example."""
    terraform = shared_workspace.example("complete")
    terraform.apply(**VARIABLES)
    return terraform


@pytest.fixture(scope="module")
def outputs(applied: Terraform) -> dict[str, Any]:
    """The example's outputs."""
    return applied.output()


@pytest.fixture(scope="module")
def secret(
    applied: Terraform,  # noqa: ARG001
    secretsmanager: "SecretsManagerClient",
) -> "DescribeSecretResponseTypeDef":
    """The secret as Secrets Manager describes it."""
    return secretsmanager.describe_secret(SecretId=NAME)


def value(region: str) -> dict[str, Any]:
    """Return the value that the application reads in this region."""
    client: SecretsManagerClient = boto3.client("secretsmanager", region_name=region)
    read: dict[str, Any] = json.loads(client.get_secret_value(SecretId=NAME)["SecretString"])
    return read


def test_a_second_plan_changes_nothing(applied: Terraform) -> None:
    plan = applied.plan(**VARIABLES)

    assert plan.is_empty, plan


def test_the_application_reads_the_same_value_in_both_regions() -> None:
    read = value("us-east-1")

    assert read == value("eu-west-1")
    assert len(read["password"]) == 40
    assert read["password"].isalnum()
    del read["password"]
    assert read == {
        "engine": "postgres",
        "username": "tickets",
        "host": "tickets.cluster.example.com",
        "port": 5432,
        "dbname": "tickets",
        "dbClusterIdentifier": "tickets",
    }


def test_the_secret_and_its_copy_are_each_under_a_key_of_their_region_that_rotates(
    outputs: dict[str, Any], secret: "DescribeSecretResponseTypeDef"
) -> None:
    (copy,) = secret["ReplicationStatus"]
    keys = {"us-east-1": secret["KmsKeyId"], copy["Region"]: copy["KmsKeyId"]}

    assert keys["eu-west-1"] == outputs["replica_key_arns"]["eu-west-1"]
    for region, arn in keys.items():
        assert f":kms:{region}:" in arn
        status = boto3.client("kms", region_name=region).get_key_rotation_status(KeyId=arn)
        assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 180)


def test_the_function_rotates_it_by_the_schedule_and_tells_of_a_failure(
    outputs: dict[str, Any], secret: "DescribeSecretResponseTypeDef"
) -> None:
    function = boto3.client("lambda").get_function(FunctionName=secret["RotationLambdaARN"])
    alarms = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]

    assert secret["RotationRules"].items() >= SCHEDULE.items()
    assert function["Configuration"]["Role"] == outputs["rotation_role_arn"]
    told = [alarm for alarm in alarms if outputs["topic_arn"] in alarm["AlarmActions"]]
    metrics = [
        query["MetricStat"]["Metric"]
        for alarm in told
        for query in alarm["Metrics"]
        if "MetricStat" in query
    ]
    assert {metric["MetricName"] for metric in metrics} == {"Errors", "TriggeredRules"}


def test_the_application_and_the_function_reach_the_one_endpoint_that_the_secret_names(
    outputs: dict[str, Any],
    secret: "DescribeSecretResponseTypeDef",
    secretsmanager: "SecretsManagerClient",
) -> None:
    endpoint = describe_endpoint(outputs["vpc_endpoint_id"])
    (group,) = endpoint["Groups"]
    function = boto3.client("lambda").get_function(FunctionName=secret["RotationLambdaARN"])
    policy = json.loads(secretsmanager.get_resource_policy(SecretId=NAME)["ResourcePolicy"])
    (denial,) = (it for it in policy["Statement"] if it["Sid"] == "DenyReadingFromElsewhere")

    admitted = {
        rule["ReferencedGroupInfo"]["GroupId"] for rule in describe_rules(group["GroupId"]).values()
    }
    network = function["Configuration"]["VpcConfig"]
    assert admitted == {outputs["security_group_id"], *network["SecurityGroupIds"]}
    assert set(network["SubnetIds"]) == set(endpoint["SubnetIds"]) == set(outputs["subnet_ids"])
    named = denial["Condition"]["StringNotEqualsIfExists"]["aws:SourceVpce"]
    assert named == [outputs["vpc_endpoint_id"]]


def test_reading_by_the_application_is_not_told_and_reading_by_others_is(
    outputs: dict[str, Any], secret: "DescribeSecretResponseTypeDef"
) -> None:
    application = outputs["role_arn"].rpartition("/")[2]
    about = About(NAME, secret["ARN"], secret["KmsKeyId"], reader=application)

    with Letters(outputs["topic_arn"]) as letters:
        about.send("a reader reads by ARN")
        about.send("a stranger reads another secret")
        about.send("a stranger reads by ARN")
        assert letters.next()["who"].startswith("arn:aws:sts::000000000000:assumed-role/stranger/")
        about.send("the key is disabled")
        assert letters.next()["what"] == "DisableKey"
    subscribed = boto3.client("sns").list_subscriptions_by_topic(TopicArn=outputs["topic_arn"])
    assert [(each["Protocol"], each["Endpoint"]) for each in subscribed["Subscriptions"]] == [
        ("email", "security@example.com")
    ]


def test_its_cost_has_the_alarms_and_the_key_of_the_topic_in_it(outputs: dict[str, Any]) -> None:
    alarms = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    told = [alarm for alarm in alarms if outputs["topic_arn"] in alarm["AlarmActions"]]

    assert outputs["monthly_cost"]["monitoring"] == 0.1 * len(told) + 1


def test_its_value_leaves_no_trace(applied: Terraform) -> None:
    texts = {"plan": applied.plan(**VARIABLES).json, "output": applied.transcript}

    assert leaks.find(value("us-east-1")["password"], [applied.folder], texts) == []


def test_all_of_it_goes_with_terraform_destroy(
    applied: Terraform, outputs: dict[str, Any], secret: "DescribeSecretResponseTypeDef"
) -> None:
    applied.destroy()  # the last test, since the others need what it destroys

    for region in ("us-east-1", "eu-west-1"):
        client: SecretsManagerClient = boto3.client("secretsmanager", region_name=region)
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.describe_secret(SecretId=NAME)
    lambda_ = boto3.client("lambda")
    with pytest.raises(lambda_.exceptions.ResourceNotFoundException):
        lambda_.get_function(FunctionName=secret["RotationLambdaARN"])
    topics = boto3.client("sns").list_topics()["Topics"]
    assert outputs["topic_arn"] not in {topic["TopicArn"] for topic in topics}
    assert boto3.client("events").list_rules(NamePrefix="tickets-")["Rules"] == []
    assert describe_endpoint(outputs["vpc_endpoint_id"])["State"] == "deleted"
