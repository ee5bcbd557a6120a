"""Fixtures of the acceptance tests: a judge, and its secrets, which do not outlive the test."""

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import boto3
import pytest

from harness.acceptance import MADE_KEY, MOST_SECRETS, Kind, Life, random_prefix, remove
from harness.judges import Judge, judges
from harness.workspace import Workspace

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet
    from mypy_boto3_secretsmanager import SecretsManagerClient

type Names = Callable[[str], str]


def params() -> list["ParameterSet"]:
    """The judges: `make test` uses only one, `make acceptance` and `make test-all` use all."""
    first, *others = judges()
    return [pytest.param(first), *(pytest.param(it, marks=pytest.mark.exhaustive) for it in others)]


@pytest.fixture(scope="module", params=params(), ids=lambda judge: judge.name)
def judge(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Judge]:
    """The judge that Terraform and boto3 use from now on."""
    chosen: Judge = request.param
    with (
        chosen.environment(tmp_path_factory.mktemp("judge")) as settings,
        mock.patch.dict(os.environ, settings),
        mock.patch.object(boto3, "DEFAULT_SESSION", None),
    ):
        yield chosen


@pytest.fixture(autouse=True)
def skip_what_the_judge_lacks(request: pytest.FixtureRequest) -> None:
    """Skip a test that this judge cannot run, and say why."""
    judge = request.getfixturevalue("judge")
    if lack := judge.lacks(request.function.__name__):
        pytest.skip(f"{judge.name}: {lack.what}; AWS documents otherwise: {lack.page}")


@pytest.fixture(scope="module")
def client(judge: Judge) -> "SecretsManagerClient":  # noqa: ARG001
    """Client of the judge's Secrets Manager."""
    return boto3.client("secretsmanager")


@pytest.fixture(scope="session")
def made() -> Counter[str]:
    """Number of names that each judge has had in this run."""
    return Counter()


@pytest.fixture(scope="session")
def prefix() -> str:
    """The prefix of all names of this run."""
    return os.environ.get("ACCEPTANCE_PREFIX") or random_prefix()


@pytest.fixture(scope="module")
def new_name(judge: Judge, made: Counter[str], prefix: str) -> Iterator[Names]:
    """A factory of names that nothing else has; at the end, no secret has one of them."""
    names: list[str] = []

    def make(purpose: str) -> str:
        made[judge.name] += 1
        assert made[judge.name] <= MOST_SECRETS, "more than the spending note says"
        names.append(f"{prefix}/{made[judge.name]}/{purpose}")
        return names[-1]

    yield make
    for name in names:
        remove(name)


@pytest.fixture(scope="module")
def folders(
    judge: Judge,
    new_name: Names,  # noqa: ARG001 - destroyed by Terraform first
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Workspace]:
    """A factory of working folders; at the end, it destroys what was applied in them."""
    templates = Path(tempfile.gettempdir(), "templates")
    workspace = Workspace(tmp_path_factory.mktemp("folders"), templates)
    yield workspace
    if not judge.ends:
        workspace.destroy()


@pytest.fixture(scope="module")
def life(folders: Workspace, client: "SecretsManagerClient", new_name: Names, kind: Kind) -> Life:
    """A secret that has just been created, with its own key."""
    created = Life(folders, client, new_name(kind.name), kind)
    created.ask({"key": MADE_KEY})
    created.apply()
    return created
