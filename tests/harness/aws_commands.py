"""Runs the AWS CLI commands of pages with boto3, which has the same models of AWS's APIs."""

import shlex
from collections.abc import Mapping
from itertools import batched
from typing import Any

import boto3
from botocore import xform_name
from botocore.client import BaseClient


def client_of(service: str) -> BaseClient:
    """Client of a service, by the service's name in the CLI."""
    client: BaseClient = boto3.client(service)  # type: ignore[call-overload]
    return client


def parameters(client: BaseClient, command: str) -> Mapping[str, str]:
    """Parameters of a command by option, such as SecretId by `--secret-id`.

    KeyError for a command that the service does not have.
    """
    model = client.meta.service_model
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(operations[command]).input_shape
    return {f"--{xform_name(name, '-')}": name for name in (shape.members if shape else ())}


def run(commands: str) -> list[Any]:
    """Make the calls of a block of `aws` commands; return their responses.

    KeyError for a command or an option that the API does not have.
    """
    answers = []
    for line in commands.splitlines():
        _, service, command, *words = shlex.split(line)
        client = client_of(service)
        names = parameters(client, command)
        arguments = {names[option]: value for option, value in batched(words, 2, strict=True)}
        answers.append(getattr(client, command.replace("-", "_"))(**arguments))
    return answers
