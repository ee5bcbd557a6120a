"""LocalStack refuses the parameters that AWS refuses."""

import json
from collections.abc import Callable

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

# Otherwise, the client refuses some of these requests before it sends them.
UNCHECKED = Config(parameter_validation=False)
STATEMENT = {"Sid": "One", "Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}


def policy(*statements: dict[str, str], padding: int = 0) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}) + " " * padding


def call(service: str, operation: str, **parameters: object) -> Callable[[], object]:
    def run() -> object:
        client = boto3.client(service, config=UNCHECKED)  # type: ignore[call-overload]
        return getattr(client, operation)(**parameters)

    return run


REFUSED = {
    "length of a text": call("secretsmanager", "create_secret", Name="n" * 513),
    "length of a list": call(
        "cloudwatch",
        "put_metric_alarm",
        AlarmName="limits",
        AlarmActions=[f"arn:aws:sns:us-east-1:000000000000:{index}" for index in range(6)],
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
    ),
    "size of a number": call("kms", "schedule_key_deletion", KeyId="x", PendingWindowInDays=366),
    "pattern": call("kms", "create_alias", AliasName="alias/a.b", TargetKeyId="x"),
    "choice": call("kms", "create_key", KeyUsage="SIGN"),
    "key of a map": call("lambda", "tag_resource", Resource="x", Tags={"k": "v"}),
    "bytes of a value": call(
        "secretsmanager", "create_secret", Name="limits", SecretString="é" * 32769
    ),
    "bytes of a key policy": call("kms", "create_key", Policy=policy(STATEMENT, padding=32768)),
    "a Sid twice": call("kms", "create_key", Policy=policy(STATEMENT, STATEMENT)),
    "51 tags": call(
        "secretsmanager",
        "create_secret",
        Name="limits",
        Tags=[{"Key": f"key{index}", "Value": ""} for index in range(51)],
    ),
    "4 KB of environment": call(
        "lambda",
        "create_function",
        FunctionName="limits",
        Role="arn:aws:iam::000000000000:role/limits",
        Code={"ZipFile": b"x"},
        Environment={"Variables": {"TEXT": "x" * 4096}},
    ),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_a_parameter_beyond_a_limit_is_refused(refused: Callable[[], object]) -> None:
    with pytest.raises(ClientError, match="ValidationException") as error:
        refused()

    assert "validation errors detected" in str(error.value)


def test_what_is_refused_is_not_repeated_since_it_may_be_secret() -> None:
    with pytest.raises(ClientError) as error:
        call("secretsmanager", "create_secret", Name="limits", SecretString="s3cret" * 20000)()

    assert "s3cret" not in str(error.value)
