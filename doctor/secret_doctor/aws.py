"""Clients of AWS that answer or give up within seconds, and the secret that is examined."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import NoRegionError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sts import STSClient

# A connection that fails is a finding. A longer wait shows no more.
SETTINGS = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})


class AWS:
    """Clients with the credentials and the region of a session.

    Raises NoRegionError without a region, InvalidRegionError if the region's name is invalid.
    """

    def __init__(self, session: boto3.Session) -> None:
        if not session.region_name:
            raise NoRegionError
        self.region: str = session.region_name
        self._session = session
        self.secretsmanager = self.secretsmanager_in(self.region)

    def secretsmanager_in(self, region: str) -> "SecretsManagerClient":
        """Secrets Manager of a region."""
        return self._session.client("secretsmanager", region_name=region, config=SETTINGS)

    @cached_property
    def patient_secretsmanager(self) -> "SecretsManagerClient":
        """Secrets Manager, with retries: AWS can throttle a list of many pages."""
        retries = Config(retries={"total_max_attempts": 4, "mode": "standard"})
        return self._session.client("secretsmanager", config=SETTINGS.merge(retries))

    @cached_property
    def kms(self) -> "KMSClient":
        """KMS."""
        return self._session.client("kms", config=SETTINGS)

    @cached_property
    def lambda_(self) -> "LambdaClient":
        """Lambda."""
        return self._session.client("lambda", config=SETTINGS)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """CloudWatch Logs."""
        return self._session.client("logs", config=SETTINGS)

    @cached_property
    def ec2(self) -> Any:  # noqa: ANN401 - its types are 3 MB
        """EC2, which knows VPC endpoints and regions."""
        return self._session.client("ec2", config=SETTINGS)

    @cached_property
    def sts(self) -> "STSClient":
        """STS."""
        return self._session.client("sts", config=SETTINGS)


@dataclass(frozen=True)
class Subject:
    """The secret that is examined.

    `name` is the user's argument. `description` is the answer of DescribeSecret, empty if that call
    is denied. `now` is the time that dates are compared with.
    """

    aws: AWS
    name: str
    description: Mapping[str, Any]
    now: datetime

    @property
    def arn(self) -> str:
        """ARN, or the user's argument if the ARN is unknown."""
        return str(self.description.get("ARN", self.name))

    @property
    def has_arn(self) -> bool:
        """Whether the ARN is known."""
        return self.arn.startswith("arn:")

    @property
    def rotates(self) -> bool:
        """Whether rotation is on."""
        return bool(self.description.get("RotationEnabled"))
