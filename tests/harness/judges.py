"""Judges of the module's guarantees: a repaired emulator, an independent one, and AWS itself."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.emulators import Ministack
from harness.session import judge_is_aws

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

API = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_{}.html"
# The day of the last `make acceptance-aws` that passed, as in "2026-11-28".
PASSED_ON_AWS: str | None = None


@dataclass(frozen=True)
class Difference:
    """What an emulator does other than AWS documents on a page.

    `shows` tries it on a secret of the name given; the caller removes that. `cases` are the
    acceptance tests that it makes impossible.
    """

    what: str
    page: str
    shows: Callable[["SecretsManagerClient", str], bool]
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judge:
    """Who answers AWS's calls. `environment` starts it in a folder, and gives its settings."""

    name: str
    environment: Callable[[Path], AbstractContextManager[dict[str, str]]]
    differences: tuple[Difference, ...] = ()

    def lacks(self, case: str) -> Difference | None:
        """What keeps this judge from trying an acceptance test of this name."""
        return next((each for each in self.differences if case in each.cases), None)


def _drops_labels(client: "SecretsManagerClient", name: str) -> bool:
    client.create_secret(Name=name)
    client.put_secret_value(
        SecretId=name, SecretString="value", VersionStages=["AWSCURRENT", "mine"]
    )
    return "mine" not in _labels(client, name)


def _first_version_is_empty(client: "SecretsManagerClient", name: str) -> bool:
    client.create_secret(Name=name)
    first = client.put_secret_value(SecretId=name, SecretString="value", VersionStages=["mine"])
    return client.get_secret_value(SecretId=name)["VersionId"] != first["VersionId"]


def _changes_versions(client: "SecretsManagerClient", name: str) -> bool:
    token = str(uuid.uuid4())
    client.create_secret(Name=name, SecretString="value", ClientRequestToken=token)
    try:
        client.put_secret_value(SecretId=name, SecretString="another", ClientRequestToken=token)
    except client.exceptions.ResourceExistsException:
        return False
    return True


def _labels(client: "SecretsManagerClient", name: str) -> list[str]:
    versions = client.describe_secret(SecretId=name)["VersionIdsToStages"].values()
    return [label for labels in versions for label in labels]


LABELS = Difference(
    "PutSecretValue drops a label of one's own that is stored together with AWSCURRENT",
    API.format("PutSecretValue"),
    _drops_labels,
    (
        "test_a_raised_version_stores_one_new_credential",
        "test_a_lowered_version_is_refused",
    ),
)
FIRST = Difference(
    "CreateSecret without a value makes an empty version with AWSCURRENT, which a first value that"
    " is stored under another label does not get",
    API.format("PutSecretValue"),
    _first_version_is_empty,
)
TOKENS = Difference(
    "PutSecretValue changes the value of a version whose ClientRequestToken is used again",
    API.format("PutSecretValue"),
    _changes_versions,
)
DIFFERENCES = (LABELS, FIRST, TOKENS)


@contextmanager
def _as_it_is(folder: Path) -> Iterator[dict[str, str]]:  # noqa: ARG001 - it starts nothing
    yield {}


@contextmanager
def _ministack(folder: Path) -> Iterator[dict[str, str]]:
    with Ministack(folder) as ministack:
        yield {"AWS_ENDPOINT_URL": ministack.endpoint_url}


# Its emulator is that of the whole run, and so are AWS's credentials.
LOCALSTACK = Judge("LocalStack", _as_it_is)
MINISTACK = Judge("ministack", _ministack, DIFFERENCES)
AWS = Judge("AWS", _as_it_is)


def judges() -> list[Judge]:
    """Who judges in this run."""
    return [AWS] if judge_is_aws() else [LOCALSTACK, MINISTACK]
