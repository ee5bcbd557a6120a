"""Repairs of LocalStack where it differs from what AWS documents, each with a test of its own."""

from collections.abc import Callable
from typing import Any

from localstack.services.cloudwatch.models import LocalStackMetricAlarm, cloudwatch_stores
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.plugins import DockerRuntimeExecutorPlugin
from localstack.services.s3 import provider as s3
from localstack.utils.patch import patch
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.secretsmanager.models import FakeSecret, ReplicaSecret

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
