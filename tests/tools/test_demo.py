"""`make demo` does its job and, when interrupted, leaves nothing."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.proxy import Proxy
from harness.terraform import find_mirror
from harness.waits import wait_until

pytestmark = pytest.mark.exhaustive

COMMAND = [sys.executable, "-m", "tools.demo"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Folder for temporary files; its path is short enough for the socket path of a provider."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy that the demonstration must not use for the emulator."""
    with Proxy() as started:
        yield started


@pytest.fixture
def demo(folder: Path, proxy: Proxy) -> Iterator["subprocess.Popen[str]"]:
    """The demonstration, started with a separate LocalStack and folder for temporary files."""
    foreign = ("AWS_", "LOCALSTACK_", "NO_PROXY", "no_proxy")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(foreign)
    }
    # Without a mirror, Terraform uses HTTPS for its registry, with the user's own settings.
    insecure = {name: url for name, url in proxy.settings.items() if "HTTPS" not in name.upper()}
    environment |= proxy.settings if find_mirror() else insecure
    with subprocess.Popen(
        COMMAND,
        env=environment | {"TMPDIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # If tests run in the background of a shell, child processes would ignore SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        yield process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.slow
def test_it_shows_the_secret_and_that_its_password_is_nowhere_else(
    demo: "subprocess.Popen[str]", folder: Path, proxy: Proxy
) -> None:
    output, _ = demo.communicate()

    assert demo.returncode == 0, output
    assert "password = •••••••• (32 characters)" in output
    assert "DenyRequestsWithoutTLS" in output
    assert "The password is in none of them" in " ".join(output.split())
    assert list(folder.iterdir()) == []
    assert proxy.asked == []


@pytest.mark.slow
def test_ctrl_c_ends_it_with_a_line_and_leaves_nothing(
    demo: "subprocess.Popen[str]", folder: Path
) -> None:
    assert demo.stdout
    while "terraform init" not in demo.stdout.readline():
        assert demo.poll() is None
    time.sleep(1)
    os.killpg(demo.pid, signal.SIGINT)
    output, _ = demo.communicate()

    assert demo.returncode == 128 + signal.SIGINT
    assert output == "Interrupted. Nothing is left behind.\n"
    assert list(folder.iterdir()) == []
    wait_until(lambda: not group_exists(demo.pid))


def group_exists(process_id: int) -> bool:
    try:
        os.killpg(process_id, 0)
    except ProcessLookupError:
        return False
    return True
