"""Repairs of LocalStack's differences from AWS's documentation, each with its own test."""

import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.ec2 import DescribeVpcEndpointsRequest, DescribeVpcEndpointsResult
from localstack.aws.chain import HandlerChain
from localstack.aws.handlers.service_plugin import ServiceLoader
from localstack.http import Response
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
from localstack.services.logs.models import get_moto_logs_backend
from localstack.services.logs.provider import LogsProvider
from localstack.services.s3 import provider as s3
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header
from localstack.utils.patch import patch
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.vpcs import VPCEndPoint
from moto.iam.access_control import (
    AssumedRoleAccessKey,
    CreateAccessKeyFailure,
    IAMPolicy,
    PermissionResult,
)
from moto.iam.exceptions import NotFoundException

from emulator.lambda_processes import ProcessExecutor


def load_each_service_before_it_answers() -> None:
    """Make the first calls of a service wait until it is loaded.

    LocalStack marks a service as loaded shortly before it is. A second call in that time fails:
    "no handler for operation".
    """
    locks: dict[str, threading.RLock] = defaultdict(threading.RLock)
    loaded = set()

    def require_service(
        original: Callable[..., None],
        loader: ServiceLoader,
        chain: HandlerChain,
        context: RequestContext,
        response: Response,
    ) -> None:
        name = str(context.service.service_name) if context.service else ""
        if name in loaded:
            return
        with locks[name]:
            original(loader, chain, context, response)
        loaded.add(name)

    patch(ServiceLoader.require_service)(require_service)


def run_functions_as_processes() -> None:
    """Run Lambda functions without Docker."""

    def load(_: object) -> type[ProcessExecutor]:
        return ProcessExecutor

    DockerRuntimeExecutorPlugin.load = load


def keep_objects_of_s3_in_the_folder() -> None:
    """Make S3, which also stores functions' code, keep its files in the folder that is removed."""
    s3.DEFAULT_S3_TMP_DIR = None


def keep_log_groups() -> None:
    """Log to the group that a function names; LocalStack always uses /aws/lambda/NAME.

    https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html
    """

    def get_log_group_name(environment: ExecutionEnvironment) -> object:
        return environment.function_version.config.logging_config["LogGroup"]

    ExecutionEnvironment.get_log_group_name = get_log_group_name


def create_log_groups_as_roles_allow() -> None:
    """Refuse to create a log group for a session of a role that lacks the permission.

    LocalStack lets each function create its group. The last lines of a deleted function then
    create the deleted group again, and Terraform cannot create it.
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """

    def create_log_group(
        original: Callable[..., None],
        provider: LogsProvider,
        context: RequestContext,
        log_group_name: str,
        **settings: object,
    ) -> None:
        headers = context.request.headers
        groups = get_moto_logs_backend(context.account_id, context.region).groups
        # LocalStack's Lambda also calls this for an existing group, if the log stream is missing.
        if "X-Amz-Security-Token" in headers and log_group_name not in groups:
            key = extract_access_key_id_from_auth_header(headers)
            policies = []
            with contextlib.suppress(CreateAccessKeyFailure, NotFoundException):
                session = AssumedRoleAccessKey(context.account_id, context.partition, key, headers)
                policies = session.collect_policies()
            arn = f"arn:aws:logs:{context.region}:{context.account_id}:log-group:{log_group_name}"
            decided = [
                IAMPolicy(each).is_action_permitted("logs:CreateLogGroup", arn) for each in policies
            ]
            if PermissionResult.PERMITTED not in decided or PermissionResult.DENIED in decided:
                message = f"not authorized to perform: logs:CreateLogGroup on resource: {arn}"
                raise CommonServiceException("AccessDeniedException", message, sender_fault=True)
        original(provider, context, log_group_name, **settings)

    patch(LogsProvider.create_log_group)(create_log_group)


def keep_descriptions_of_rules() -> None:
    """Report a security group rule's description even if the rule names another group.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
    """

    def description(rule: SecurityGroupRule) -> object:
        return {**(rule.source_group or {}), **rule.ip_range}.get("Description")

    SecurityGroupRule.description = property(description)


def keep_tags_of_alarms() -> None:
    """Keep the tags with which an alarm is created.

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
    """Report an endpoint's policy as it was given; LocalStack removes its Version.

    Only the default policy has no Version. Terraform would plan to write all others again.
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
    """Report the service role with which a stack was created.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html
    """

    def describe(
        original: Callable[..., dict[str, Any]], provider: CloudformationProviderV2, stack: Stack
    ) -> dict[str, Any]:
        return {**original(provider, stack), "RoleARN": stack.request_payload.get("RoleARN")}

    patch(CloudformationProviderV2._describe_stack)(describe)


def update_connections_of_stacks() -> None:
    """Make a changed stack update its EventBridge connection; LocalStack does not update it.

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
