"""Repairs of LocalStack where it differs from what AWS documents, each with a test of its own."""

import copy
import json
from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.ec2 import DescribeVpcEndpointsRequest, DescribeVpcEndpointsResult
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceRequest,
)
from localstack.services.cloudformation.v2.entities import Stack
from localstack.services.cloudformation.v2.provider import CloudformationProviderV2
from localstack.services.cloudwatch.models import LocalStackMetricAlarm, cloudwatch_stores
from localstack.services.ec2.models import get_ec2_backend
from localstack.services.ec2.provider import Ec2Provider
from localstack.services.events.resource_providers.aws_events_connection import (
    EventsConnectionProvider,
)
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.plugins import DockerRuntimeExecutorPlugin
from localstack.services.s3 import provider as s3
from localstack.utils.patch import patch
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.vpcs import VPCEndPoint
from moto.secretsmanager.exceptions import InvalidRequestException
from moto.secretsmanager.models import FakeSecret, ReplicaSecret
from moto.secretsmanager.responses import SecretsManagerResponse

from harness.lambda_processes import ProcessExecutor


def run_functions_as_processes() -> None:
    """Run Lambda functions without Docker."""

    def load(_: object) -> type[ProcessExecutor]:
        return ProcessExecutor

    DockerRuntimeExecutorPlugin.load = load


def keep_objects_of_s3_in_the_folder() -> None:
    """Let S3, which holds the code of functions too, keep its files where nothing of them stays."""
    s3.DEFAULT_S3_TMP_DIR = None


def keep_log_groups() -> None:
    """Log to the group that a function names; LocalStack always takes /aws/lambda/NAME.

    https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html
    """

    def get_log_group_name(environment: ExecutionEnvironment) -> object:
        return environment.function_version.config.logging_config["LogGroup"]

    ExecutionEnvironment.get_log_group_name = get_log_group_name


def keep_staging_labels() -> None:
    """Let a staging label stay on its version until it is moved, as it does in AWS.

    LocalStack drops all other labels of a version when that ceases to be AWSCURRENT, and leaves a
    label that is given to a new version on the old one as well.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
    """

    def reset_default_version(
        original: Callable[..., None], secret: FakeSecret, new: dict[str, list[str]], new_id: str
    ) -> None:
        labels = {old_id: list(old["version_stages"]) for old_id, old in secret.versions.items()}
        original(secret, new, new_id)
        for old_id, old in secret.versions.items():
            if old_id != new_id:
                moved = {"AWSCURRENT", "AWSPREVIOUS", *new["version_stages"]}
                old["version_stages"] = [
                    *(label for label in old["version_stages"] if label == "AWSPREVIOUS"),
                    *(label for label in labels[old_id] if label not in moved),
                ]

    patch(FakeSecret.reset_default_version)(reset_default_version)


def keep_keys_of_replicas() -> None:
    """Report a replica's key as it was given; LocalStack reports the AWS managed one instead.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicationStatusType.html
    """

    def create_replicas(
        original: Callable[..., list[ReplicaSecret]],
        secret: FakeSecret,
        regions: list[dict[str, str]],
        force_overwrite: bool,
    ) -> list[ReplicaSecret]:
        replicas = original(secret, regions, force_overwrite=force_overwrite)
        keys = {region["Region"]: region.get("KmsKeyId") for region in regions}
        for replica in replicas:
            replica.config["KmsKeyId"] = keys[replica.region] or replica.config["KmsKeyId"]
        return replicas

    patch(FakeSecret.create_replicas)(create_replicas)


def read_replicas() -> None:
    """Let a replica be read in its region, with its own key and the policy of its primary.

    LocalStack answers with an internal error.
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
    """

    def to_dict(original: Callable[..., dict[str, Any]], replica: ReplicaSecret) -> dict[str, Any]:
        return {**original(replica), "KmsKeyId": replica.kms_key_id}

    ReplicaSecret.account_id = property(lambda replica: replica.source.account_id)
    ReplicaSecret.kms_key_id = property(lambda replica: replica.config["KmsKeyId"])
    ReplicaSecret.policy = property(lambda replica: replica.source.policy)
    patch(ReplicaSecret.to_dict)(to_dict)


def promote_replicas() -> None:
    """Make a secret of its own of a replica, which its primary then knows no more.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_StopReplicationToReplica.html
    """

    def stop_replication_to_replica(response: SecretsManagerResponse) -> str:
        secrets = response.backend.secrets
        replica = response.backend.describe_secret(response._get_param("SecretId"))
        if not isinstance(replica, ReplicaSecret):
            raise InvalidRequestException("The secret is not a replica.")
        primary = replica.source
        promoted = copy.deepcopy(primary, {id(primary.replicas): []})
        promoted.arn, promoted.region = replica.arn, replica.region
        promoted.kms_key_id = replica.kms_key_id
        primary.replicas.remove(replica)
        dict.pop(secrets, replica.arn)
        secrets[promoted.name] = promoted
        return json.dumps({"ARN": promoted.arn})

    SecretsManagerResponse.stop_replication_to_replica = stop_replication_to_replica


def keep_descriptions_of_rules() -> None:
    """Report a security group rule's description also where the rule names another group.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
    """

    def description(rule: SecurityGroupRule) -> object:
        return {**(rule.source_group or {}), **rule.ip_range}.get("Description")

    SecurityGroupRule.description = property(description)


def keep_tags_of_alarms() -> None:
    """Keep the tags with which an alarm is made.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """

    def create(
        original: Callable[..., None],
        alarm: LocalStackMetricAlarm,
        account_id: str,
        region: str,
        request: dict[str, Any],
    ) -> None:
        original(alarm, account_id, region, request)
        store = cloudwatch_stores[account_id][region]
        store.TAGS.tag_resource(alarm.alarm["AlarmArn"], request.get("Tags"))

    patch(LocalStackMetricAlarm.__init__)(create)


def keep_versions_of_endpoint_policies() -> None:
    """Report an endpoint's policy as it was given; LocalStack takes the Version out of it.

    The default policy alone has none, and Terraform would plan to write all others again.
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """

    def describe_vpc_endpoints(
        original: Callable[..., DescribeVpcEndpointsResult],
        provider: Ec2Provider,
        context: RequestContext,
        request: DescribeVpcEndpointsRequest,
    ) -> DescribeVpcEndpointsResult:
        result = original(provider, context, request)
        kept = get_ec2_backend(context.account_id, context.region).vpc_end_points
        for endpoint in result["VpcEndpoints"]:
            endpoint["PolicyDocument"] = kept[endpoint["VpcEndpointId"]].policy_document
        return result

    VPCEndPoint.DEFAULT_POLICY = {"Statement": VPCEndPoint.DEFAULT_POLICY["Statement"]}
    patch(Ec2Provider.describe_vpc_endpoints)(describe_vpc_endpoints)


def keep_roles_of_stacks() -> None:
    """Report the service role with which a stack was made.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html
    """

    def describe(
        original: Callable[..., dict[str, Any]], provider: CloudformationProviderV2, stack: Stack
    ) -> dict[str, Any]:
        return {**original(provider, stack), "RoleARN": stack.request_payload.get("RoleARN")}

    patch(CloudformationProviderV2._describe_stack)(describe)


def update_connections_of_stacks() -> None:
    """Let a changed stack change its EventBridge connection; LocalStack leaves that as it is.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-events-connection-authparameters.html
    """

    def update(
        _: EventsConnectionProvider, request: ResourceRequest[dict[str, Any]]
    ) -> ProgressEvent[dict[str, Any]]:
        model = request.desired_state
        settings = {key: value for key, value in model.items() if key not in ("Arn", "SecretArn")}
        response = request.aws_client_factory.events.update_connection(**settings)
        model = {**model, "Arn": response["ConnectionArn"]}
        return ProgressEvent(OperationStatus.SUCCESS, model, custom_context=request.custom_context)

    EventsConnectionProvider.update = update
