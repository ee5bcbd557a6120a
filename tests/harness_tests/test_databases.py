"""The tests' database servers never run as root, use only loopback, and end with their starter."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pymysql
import pytest

from harness import databases
from harness.databases import MariaDB, NewestPostgreSQL, PostgreSQL, Server
from harness.waits import wait_until
from tools import debian
from tools.environments import SetupError

KINDS = [PostgreSQL, NewestPostgreSQL, MariaDB]
STARTER = """
import sys, time
from harness.databases import MariaDB, NewestPostgreSQL, PostgreSQL

with {}() as server:
    print(server.port, server.folder, flush=True)
    time.sleep(600)
"""


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_runs_without_rights_and_leaves_nothing(kind: type[Server]) -> None:
    with kind() as server:
        owners = {path.owner() for path in (server.folder / "data").iterdir()}
        server.create_user("somebody", "password")
        assert server.logs_in("somebody", "password")
        assert not server.logs_in("somebody", "another")
        server.lock_user("somebody")
        assert not server.logs_in("somebody", "password")

    assert "root" not in owners
    assert not server.folder.exists()
    assert not answers(server.port)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_ends_and_leaves_nothing_when_its_starter_is_killed(kind: type[Server]) -> None:
    command = [sys.executable, "-c", STARTER.format(kind.__name__)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        port, folder = starter.stdout.readline().split()
        assert answers(int(port))
        starter.send_signal(signal.SIGKILL)

    wait_until(lambda: not answers(int(port)) and not Path(folder).exists())


def test_when_a_server_does_not_start_its_log_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "START_SECONDS", 0)
    server = PostgreSQL()

    def unreachable(*_: str) -> None:
        wait_until(lambda: "starting PostgreSQL" in server.log.read_text())
        raise pymysql.OperationalError

    monkeypatch.setattr(server, "connect", unreachable)
    log = r"(?s)did not start. Its log:\n.*starting PostgreSQL"
    with pytest.raises(databases.DatabaseError, match=log), server:
        pass
    assert not server.folder.exists()


def test_missing_servers_are_told_in_a_line_where_they_cannot_be_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(debian, "PACKAGES", {"some-server": lambda: None})
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    with pytest.raises(SetupError, match="run `apt-get install some-server` as root") as caught:
        debian.install()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_is_not_installed_is_told(
    kind: type[Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for find in ("postgresql", "mariadb"):
        monkeypatch.setattr(databases, find, lambda: None)
    monkeypatch.setattr(databases, "VENV", tmp_path)

    with pytest.raises(FileNotFoundError, match=r"run `python -m tools\.debian`"), kind():
        pass
