"""Fixtures: the emulator, its clients, and working folders for Terraform.

The process that controls the workers starts LocalStack once for the whole run. The workers find it
through the environment that they inherit.
"""

import functools
import os
import shutil
import tempfile
import uuid
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import boto3
import pytest
from botocore.config import Config
from xdist.scheduler import LoadScopeScheduling

from emulator.localstack import LocalStackError, new_account
from harness.credentials import HCL, Credentials
from harness.databases import MariaDB, MySQL, NewestPostgreSQL, PostgreSQL, Server
from harness.emulators import Moto
from harness.forwarder import Forwarder
from harness.rotation_events import Rotations
from harness.session import (
    emulator,
    is_own_emulator,
    judge_is_aws,
    own_emulator,
    temporary_folder,
)
from harness.terraform import TerraformError
from harness.workspace import Workspace, copy_hcl
from iam.engine import Engine
from secret_doctor.aws import AWS
from tools import debian
from tools.environments import ROOT

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

RESOURCES = pytest.StashKey[ExitStack]()


def is_worker(config: pytest.Config) -> bool:
    """Whether pytest-xdist has started this process."""
    return hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Create a folder for all temporary files, before pytest creates its own."""
    if not is_worker(config):
        config.stash[RESOURCES] = ExitStack()
        folder = config.stash[RESOURCES].enter_context(temporary_folder())
        # pytest-terraform works and records in a stack's own folder, so that folder is a copy.
        copy_hcl(folder / "repository")
        shutil.copytree(
            ROOT / "tests" / "fixtures" / "stacks",
            folder / "repository" / "tests" / "fixtures" / "stacks",
        )
    stacks = Path(tempfile.gettempdir(), "repository", "tests", "fixtures", "stacks")
    config.option.dest_tf_mod_dir = str(stacks)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start LocalStack before pytest-xdist starts its workers."""
    config = session.config
    if is_worker(config) or config.option.collectonly:
        return
    if judge_is_aws() and config.args != ["tests/acceptance"]:
        pytest.exit("AWS judges tests/acceptance only", returncode=pytest.ExitCode.USAGE_ERROR)
    try:
        config.stash[RESOURCES].enter_context(emulator(Path(tempfile.gettempdir())))
    except (LocalStackError, FileNotFoundError) as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.INTERNAL_ERROR)


@functools.cache
def shares(file: Path) -> bool:
    """Whether tests of this file share the result of one of its fixtures."""
    return 'scope="module"' in file.read_text()


@functools.cache
def has_own_emulator(file: Path) -> bool:
    """Whether tests of this file share an emulator, which takes seconds to start."""
    return "lists_at_once" in file.read_text()


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker one file whose tests share a fixture, or one other test, at a time."""

    def _split_scope(self, nodeid: str) -> str:
        name = nodeid.partition("::")[0]
        file = self.config.rootpath / name
        return name if shares(file) or has_own_emulator(file) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """Distribute the tests so that no worker still has a long file at the end."""
    return Scheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that apply something as slow, and run them first."""
    for item in items:
        if shares(item.path) or "workspace" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop LocalStack and delete the folder, regardless of how the run ended."""
    if not is_worker(config):
        config.stash[RESOURCES].close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report an error of Terraform with its diagnostics and the line of the test."""
    report = yield
    if call.excinfo and isinstance(call.excinfo.value, TerraformError):
        lines = [entry.lineno + 1 for entry in call.excinfo.traceback if entry.path == item.path]
        place = f"{item.location[0]}:{lines[-1] if lines else item.location[1]}"
        report.longrepr = f"{place}: Terraform failed\n\n{call.excinfo.value}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts and measurements that tests have passed to `record_property`."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="module")
def own_account() -> Iterator[None]:
    """An account that no other file uses, for tests that list everything in an account."""
    with (
        mock.patch.dict(os.environ, AWS_ACCESS_KEY_ID=new_account()),
        mock.patch.object(boto3, "DEFAULT_SESSION", None),
    ):
        yield


@pytest.fixture(scope="module")
def lists_at_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A separate emulator for a file whose tests list secrets that they have just created.

    The days of its waiting periods are short: a test can wait 7 of them for a key's deletion. They
    are long enough to examine resources that are deleted after 30 of them.
    """
    folder = tmp_path_factory.mktemp("lists-at-once") / "emulator"
    settings = {"LIST_SECRETS_LAG_SECONDS": "0", "DAY_SECONDS": "0.5"}
    with own_emulator(folder, **settings), mock.patch.object(boto3, "DEFAULT_SESSION", None):
        yield


@pytest.fixture(scope="module")
def secretsmanager() -> "SecretsManagerClient":
    """Client of the emulator's Secrets Manager."""
    return boto3.client("secretsmanager")


@pytest.fixture(scope="module")
def kms() -> "KMSClient":
    """Client of the emulator's KMS."""
    return boto3.client("kms")


@pytest.fixture(scope="module")
def lambda_() -> "LambdaClient":
    """Client of the emulator's Lambda, without retries: a function may take a long time."""
    return boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))


@pytest.fixture
def aws() -> AWS:
    """The emulator for the doctor, whose timeouts are too short to wait for a service's start."""
    boto3.client("ec2").describe_vpcs()
    return AWS(boto3.Session())


@pytest.fixture(scope="session")
def rotations() -> Rotations:
    """The events of rotations."""
    return Rotations()


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The IAM policy engine, one process for all tests of this worker."""
    with Engine() as started:
        yield started


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server for all tests of this worker."""
    with PostgreSQL() as server:
        yield server


@pytest.fixture(scope="session")
def newest_postgresql() -> Iterator[Server]:
    """A PostgreSQL server of the newest version for all tests of this worker."""
    with NewestPostgreSQL() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    """A MariaDB server for all tests of this worker."""
    with MariaDB() as server:
        yield server


@pytest.fixture(scope="session")
def mysql() -> Iterator[Server]:
    """A MySQL server for all tests of this worker, if one is installed: Debian has none."""
    if not debian.mysql():
        pytest.skip("MySQL is not installed: put its mysqld on PATH")
    with MySQL() as server:
        yield server


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    """A moto server for this worker, to which Terraform and boto3 send ECS calls from now on."""
    with (
        Moto(tmp_path_factory.mktemp("moto")) as server,
        mock.patch.dict(os.environ, server.settings),
    ):
        yield server


@pytest.fixture
def forwarder() -> Iterator[Forwarder]:
    """A forwarder in front of the emulator, which counts and spoils calls."""
    with Forwarder(os.environ["AWS_ENDPOINT_URL"]) as started:
        yield started


def make_workspace(folder: Path) -> Iterator[Workspace]:
    """Workspace whose resources are destroyed afterwards, unless the whole emulator ends."""
    workspace = Workspace(folder, templates=Path(tempfile.gettempdir(), "templates"))
    yield workspace
    if not is_own_emulator():
        workspace.destroy()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Creates working folders for one test: call it with HCL."""
    yield from make_workspace(tmp_path)


@pytest.fixture(scope="module")
def shared_workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """`workspace` for fixtures that apply once for all tests of a file."""
    yield from make_workspace(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def secret_name() -> str:
    """Name of a secret, which no other test uses."""
    return f"test/{uuid.uuid4().hex}/credentials"


@pytest.fixture
def credentials(
    workspace: Workspace, secretsmanager: "SecretsManagerClient", secret_name: str
) -> Credentials:
    """Database credentials that have just been created."""
    created = Credentials(workspace(HCL), secretsmanager, secret_name)
    created.apply()
    return created
