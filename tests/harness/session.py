"""The temporary folder and the emulator of one run of tests, demonstration or benchmark."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from emulator.localstack import LocalStack
from harness.terraform import callers_environment, environment


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Keep all temporary files of this process and its children in one folder, deleted at the end.

    This includes an end by SIGTERM or SIGHUP, which act like Ctrl-C from now on.
    """
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="tf-", ignore_cleanup_errors=True) as name:
        with mock.patch.dict(os.environ, {"TMPDIR": name}):
            tempfile.tempdir = name
            yield Path(name)
        tempfile.tempdir = None


@contextmanager
def own_emulator(folder: Path, **settings: str) -> Iterator[LocalStack]:
    """Point this process and its children at a separate LocalStack, through their environment.

    LOCALSTACK_LOG names its log. It deletes `folder` at its end. `settings` are LocalStack's.
    """
    with LocalStack(folder, **settings) as localstack:
        log = {"LOCALSTACK_LOG": str(localstack.log.path)}
        settings = environment(localstack.endpoint_url, folder) | log
        with mock.patch.dict(os.environ, settings, clear=True):
            yield localstack


@contextmanager
def emulator(folder: Path) -> Iterator[None]:
    """Do the same with the emulator that AWS_ENDPOINT_URL names, or else start one.

    If AWS itself is the judge, its settings stay unchanged.
    """
    if judge_is_aws():
        with mock.patch.dict(os.environ, callers_environment(folder), clear=True):
            yield
    elif running := os.environ.get("AWS_ENDPOINT_URL"):
        with mock.patch.dict(os.environ, environment(running, folder), clear=True):
            yield
    else:
        with own_emulator(folder):
            yield


def judge_is_aws() -> bool:
    """Whether this is a run of `make acceptance-aws`."""
    return os.environ.get("JUDGE") == "aws"


def is_own_emulator() -> bool:
    """Whether the emulator ends with this run, with all resources in it."""
    return "LOCALSTACK_LOG" in os.environ
