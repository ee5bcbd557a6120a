"""moto's server stands in for ECS, and for ECS alone."""

import os
from pathlib import Path

import boto3
import pytest

from harness.moto import Moto, MotoError


def test_ecs_is_asked_of_it_and_all_else_of_localstack(moto: Moto) -> None:
    assert boto3.client("ecs").meta.endpoint_url == moto.endpoint_url
    assert boto3.client("iam").meta.endpoint_url == os.environ["AWS_ENDPOINT_URL"]
    assert os.environ["AWS_ENDPOINT_URL"] != moto.endpoint_url

    (cluster,) = boto3.client("ecs").describe_clusters(clusters=["none"])["failures"]
    assert cluster["reason"] == "MISSING"


def test_when_it_does_not_start_its_log_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.moto.VENV", tmp_path)

    with pytest.raises(MotoError, match="No such file or directory"), Moto(tmp_path / "moto"):
        pass
