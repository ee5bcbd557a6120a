"""The emulators other than LocalStack: moto's server only for ECS, and ministack as a judge."""

import os
import sys
from pathlib import Path

import boto3
import pytest

from harness.emulators import Emulator, EmulatorError, Ministack, Moto
from harness.processes import LOOPBACK, children, listening_addresses

EMULATORS = [Ministack, Moto]


def test_ecs_is_asked_of_it_and_all_else_of_localstack(moto: Moto) -> None:
    assert boto3.client("ecs").meta.endpoint_url == moto.endpoint_url
    assert boto3.client("iam").meta.endpoint_url == os.environ["AWS_ENDPOINT_URL"]
    assert os.environ["AWS_ENDPOINT_URL"] != moto.endpoint_url

    (cluster,) = boto3.client("ecs").describe_clusters(clusters=["none"])["failures"]
    assert cluster["reason"] == "MISSING"


@pytest.mark.parametrize("emulator", EMULATORS)
def test_when_it_does_not_start_its_log_says_why(
    emulator: type[Emulator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.emulators.VENV", tmp_path)

    with pytest.raises(EmulatorError, match="No such file or directory"), emulator(tmp_path / "it"):
        pass


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("emulator", EMULATORS)
def test_it_keeps_to_loopback(emulator: type[Emulator], tmp_path: Path) -> None:
    with emulator(tmp_path / "it") as started:
        (server,) = children(started.process.pid)
        addresses = listening_addresses(server)

    assert addresses
    assert set(addresses) <= LOOPBACK
