"""A database secret under test, through Terraform and, from outside, through Secrets Manager."""

import json
import uuid
from typing import TYPE_CHECKING

import pytest

from harness.terraform import Plan, Terraform, TerraformError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

HCL = """
provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

variable "database" {
  type = any
}

variable "password" {
  type    = any
  default = {}
}

variable "value_version" {
  type    = number
  default = null
}

module "credentials" {
  source = "./module"

  name                    = var.name
  database                = var.database
  password                = var.password
  value_version           = var.value_version
  key                     = { aws_managed = true }
  recovery_window_in_days = 0
}

output "version_id" {
  value = module.credentials.version_id
}
"""

SECRET = "module.credentials.aws_secretsmanager_secret.this"

# Imports the secret whose ARN replaces %s.
IMPORT_BLOCK = f"""
import {{
  to = {SECRET}
  id = "%s"
}}
"""
IMPORT = HCL + IMPORT_BLOCK

VERSION = "module.credentials.aws_secretsmanager_secret_version.this[0]"


class Credentials:
    """The credentials of one database.

    `variables` are the inputs of the configuration; `value` is what an application reads.
    """

    def __init__(self, terraform: Terraform, client: "SecretsManagerClient", name: str) -> None:
        self.terraform = terraform
        self.name = name
        self.variables: dict[str, object] = {
            "name": name,
            "database": {"engine": "mysql", "username": "dbadmin", "host": "localhost"},
        }
        self._client = client

    def change(
        self, password: object = None, value_version: int | None = None, **database: object
    ) -> None:
        """Change inputs of the configuration."""
        self.variables["database"] = {**self.variables["database"], **database}  # type: ignore[dict-item]
        if password is not None:
            self.variables["password"] = password
        if value_version is not None:
            self.variables["value_version"] = value_version

    def apply(self) -> None:
        """Apply the configuration."""
        self.terraform.apply(**self.variables)

    def plan(self) -> Plan:
        """Plan the configuration."""
        return self.terraform.plan(**self.variables)

    def refusal(self) -> str:
        """The error, on one line, with which Terraform refuses to plan the configuration."""
        with pytest.raises(TerraformError) as refused:
            self.plan()
        return refused.value.on_one_line

    @property
    def value(self) -> dict[str, object]:
        """The value that an application reads."""
        return self.stage("AWSCURRENT")

    def stage(self, stage: str) -> dict[str, object]:
        """Value of the version with this staging label."""
        text = self._client.get_secret_value(SecretId=self.name, VersionStage=stage)["SecretString"]
        value: dict[str, object] = json.loads(text)
        return value

    def rotate(self, times: int = 1, **fields: object) -> str:
        """Store new passwords as a rotation does; return the last."""
        for _ in range(times):
            password = f"rotated-{uuid.uuid4().hex}"
            self.put(json.dumps({**self.value, "password": password, **fields}))
        return password

    def put(self, text: str) -> None:
        """Store a value from outside Terraform."""
        self._client.put_secret_value(SecretId=self.name, SecretString=text)

    def remove_stage(self, stage: str, version_id: str) -> None:
        """Remove a staging label from a version."""
        self._client.update_secret_version_stage(
            SecretId=self.name, VersionStage=stage, RemoveFromVersionId=version_id
        )

    def version_ids(self) -> list[str]:
        """Ids of all versions that Secrets Manager still holds."""
        versions = self._client.list_secret_version_ids(
            SecretId=self.name, IncludeDeprecated=True, MaxResults=100
        )["Versions"]
        return [version["VersionId"] for version in versions]
