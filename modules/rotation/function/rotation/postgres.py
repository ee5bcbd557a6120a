"""Sessions on PostgreSQL."""

import base64
import contextlib
import hashlib
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Any, override

from pg8000 import native
from scramp import ScramMechanism

from rotation import tls
from rotation.errors import (
    ConnectionLostError,
    RotationError,
    StatementError,
    lost,
    unreachable,
    untrusted,
    without_tls,
)
from rotation.secret import Credentials
from rotation.session import NETWORK_SECONDS, STATEMENT_SECONDS, Session

# Invalid password; invalid authorization: unknown user, NOLOGIN, no line in pg_hba.conf.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
NOT_THIS_USER = ("28P01", "28000")
# PgBouncer's messages about name or password. It uses code 08P01 for all errors. Tried with 1.18.
NOT_THIS_USER_OF_PGBOUNCER = (
    "SASL authentication failed",
    "password authentication failed",
    "no such user",
)
NOT_ALLOWED = "42501"
# No connection, too many connections, or the server starts or stops.
NO_CONNECTION = ("08000", "08001", "08003", "08004", "08006", "53300", "57P")
# From PostgreSQL 16, CREATEROLE changes and grants only roles on which it has ADMIN OPTION.
# https://www.postgresql.org/docs/16/release-16.html
CREATEROLE_NEEDS_ADMIN = 160000
# Settings that are lists of names: the settings with GUC_LIST_QUOTE in
# https://github.com/postgres/postgres/blob/master/src/backend/utils/misc/guc_parameters.dat
LISTS = ("local_preload_libraries", "search_path", "session_preload_libraries", "temp_tablespaces")


def login(credentials: Credentials) -> Session | None:
    """Log in; None if the server refuses name or password."""
    target = (credentials.host, credentials.port)
    try:
        return PostgreSQLSession(_connect(credentials), credentials.username)
    except native.DatabaseError as error:
        code = _code(error)
        if code in NOT_THIS_USER or error.args[0].get("M") in NOT_THIS_USER_OF_PGBOUNCER:
            return None
        kind = ConnectionLostError if code.startswith(NO_CONNECTION) else RotationError
        raise unreachable(*target, f"SQLSTATE {code}", kind) from None
    except ssl.SSLError as error:
        raise untrusted(*target, error) from None
    except native.InterfaceError as error:
        if str(error) == "Server refuses SSL":
            raise without_tls(*target) from None
        raise unreachable(*target, _name(error)) from None
    except OSError as error:
        raise unreachable(*target, _name(error)) from None


def _connect(credentials: Credentials) -> native.Connection:
    tcp = socket.create_connection((credentials.host, credentials.port), NETWORK_SECONDS)
    try:
        # pg8000 leaves this off, and each login then waits for 40 ms.
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return native.Connection(
            credentials.username,
            host=credentials.host,
            database=credentials.database or "postgres",
            password=credentials.password,
            sock=tcp,
            ssl_context=tls.context() if credentials.tls else False,
            application_name="rotation",
        )
    except BaseException:
        tcp.close()
        raise


def _literals(setting: str, value: str) -> str:
    """A setting's value as SET accepts it. The server stores a list's value as identifiers."""
    if setting not in LISTS:
        return str(native.literal(value))
    elements = re.findall(r'"((?:[^"]|"")*)"|([^\s,"]+)', value)
    return ", ".join(
        native.literal(quoted.replace('""', '"') or plain) for quoted, plain in elements
    )


def _code(error: native.DatabaseError) -> str:
    return str(error.args[0].get("C"))


def _name(error: Exception) -> str:
    return type(error.__cause__ or error).__name__


class PostgreSQLSession(Session):
    """Session of a logged-in user.

    The server gets only a hash of a new password, because it can log statements.
    """

    def __init__(self, connection: native.Connection, account: str) -> None:
        self._account = account
        self._connection = connection

    @property
    @override
    def account(self) -> str:
        return self._account

    @override
    def check(self) -> None:
        with self._transaction():
            self._run("run a statement", "SELECT 1")

    @override
    def set_own_password(self, password: str) -> None:
        action = "change the password"
        try:
            with self._transaction():
                # One user of a pair acts as the other, and cannot change the other's password.
                self._run(action, "SET LOCAL ROLE NONE")
                password_hash = native.literal(self._hash(self._account, password))
                self._run(action, f"ALTER ROLE SESSION_USER PASSWORD {password_hash}")
        except StatementError as error:
            if error.reason != f"SQLSTATE {NOT_ALLOWED}":
                raise
            raise RotationError(
                f"The server does not let users change their passwords ({error.reason}), as with "
                "rds.restrict_password_commands: let a superuser do it. Use the strategy "
                'alternating_users, or store the ARN of the superuser\'s secret as "masterarn" and '
                "let the function read it."
            ) from None

    @override
    def prepare_other(self, original: str, username: str) -> None:
        with self._transaction():
            self._prepare(original, username)

    def _prepare(self, original: str, username: str) -> None:
        self._check_rights(original, username)
        action = "set up the other user"
        is_there = self._run(action, "SELECT 1 FROM pg_roles WHERE rolname = :name", name=username)
        if not is_there or self._acts_as(username, original):
            owner, member = original, username
        elif self._acts_as(original, username):
            owner, member = username, original
        else:  # Another tool created the clone.
            owner, member = sorted([original, username], key=len)
        owns, acts = native.identifier(owner), native.identifier(member)
        if is_there and self._is_member(owner, member):
            raise RotationError(
                f"The user is a member of its clone: run REVOKE {acts} FROM {owns}, because the "
                "clone must be a member of the user. Then rotate again."
            )
        if not is_there:
            self._run(action, f"CREATE ROLE {acts} LOGIN IN ROLE {owns}")
        elif not self._is_member(member, owner):
            self._run(action, f"GRANT {owns} TO {acts}")
        for statement in self._settings_to_copy(owner, member):
            self._run(action, "SAVEPOINT setting")
            try:
                self._run(action, statement)
            except StatementError as error:
                # Only a real superuser can make some settings, so the clone lacks them.
                if error.reason != f"SQLSTATE {NOT_ALLOWED}":
                    raise
                self._run(action, "ROLLBACK TO setting")

    def _settings_to_copy(self, owner: str, member: str) -> list[str]:
        """Statements that give a role the settings of another role, empty if it has them."""

        def settings(role: str) -> dict[tuple[str, str], str]:
            rows = self._run(
                "show the users' settings",
                "SELECT coalesce(datname, ''), setting"
                " FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole"
                " LEFT JOIN pg_database ON pg_database.oid = setdatabase,"
                " unnest(setconfig) AS setting WHERE rolname = :role",
                role=role,
            )
            split = [(database, *text.split("=", 1)) for database, text in rows]
            return {(database, name): value for database, name, value in split}

        # The member acts as the owner, so the objects that it creates belong to both.
        wanted = {("", "role"): owner} | settings(owner)
        has = settings(member)
        statements = []
        for database, name in has.keys() | wanted.keys():
            value = wanted.get((database, name))
            if value == has.get((database, name)):
                continue
            place = f" IN DATABASE {native.identifier(database)}" if database else ""
            change = f"RESET {name}" if value is None else f"SET {name} TO {_literals(name, value)}"
            statements.append(f"ALTER ROLE {native.identifier(member)}{place} {change}")
        return statements

    def _acts_as(self, member: str, owner: str) -> bool:
        """Whether a role acts as another role from its login."""
        return bool(
            self._run(
                "show the users' settings",
                "SELECT 1 FROM pg_roles, unnest(rolconfig) AS setting"
                " WHERE rolname = :member AND setting = 'role=' || :owner",
                member=member,
                owner=owner,
            )
        )

    def _is_member(self, member: str, owner: str) -> bool:
        return self._run(
            "show the users' roles",
            "SELECT EXISTS (SELECT FROM pg_auth_members"
            " WHERE member = :member::regrole AND roleid = :owner::regrole)",
            member=native.identifier(member),
            owner=native.identifier(owner),
        ) == [[True]]

    @override
    def hand_over(self, username: str) -> None:
        action = "transfer the objects that the user owns"
        own, other = native.identifier(self._account), native.identifier(username)
        try:
            with self._transaction():
                if self._is_member(self._account, username):
                    self._run(action, "SET LOCAL ROLE NONE")
                    self._run(action, f"REASSIGN OWNED BY {own} TO {other}")
        except StatementError as error:
            raise RotationError(
                f"{error} Otherwise, run REASSIGN OWNED BY {own} TO {other} in the database of "
                "the secret's dbname as a superuser, then rotate again."
            ) from None

    @override
    def set_password(self, account: str, username: str, password: str) -> None:
        name = native.identifier(username)
        with self._transaction():
            if account == username:  # prepare_other has checked the other user.
                self._check_rights(account, username)
            password_hash = native.literal(self._hash(username, password))
            self._run("set the password", f"ALTER ROLE {name} PASSWORD {password_hash}")

    def _check_rights(self, account: str, username: str) -> None:
        """Raise RotationError unless this user can change or create these roles."""
        action = "show its privileges"
        own = native.identifier(self._account)
        ((is_superuser, makes_roles, version),) = self._run(
            action,
            "SELECT rolsuper, rolcreaterole, current_setting('server_version_num')::int"
            " FROM pg_roles WHERE rolname = current_user",
        )
        if is_superuser:
            return
        if not makes_roles:
            raise RotationError(
                "The superuser cannot create or change roles: run "
                f"ALTER ROLE {own} CREATEROLE as a role that can, then rotate again."
            )
        if version < CREATEROLE_NEEDS_ADMIN:
            return
        missing = self._run(
            action,
            "SELECT rolname FROM pg_roles WHERE rolname IN (:a, :b)"
            " AND NOT pg_has_role(oid, 'MEMBER WITH ADMIN OPTION') ORDER BY rolname",
            a=account,
            b=username,
        )
        if missing:
            grants = "; ".join(
                f"GRANT {native.identifier(role)} TO {own} WITH ADMIN OPTION" for (role,) in missing
            )
            raise RotationError(
                "From PostgreSQL 16, a role with CREATEROLE can change only roles that it created. "
                f"Run {grants} as the role that created it or a real superuser, then rotate again."
            )

    @override
    @contextlib.contextmanager
    def marked(self, key: int) -> Iterator[None]:
        with self._transaction():
            self._run("lock", f"SELECT pg_advisory_xact_lock({key})")
            yield

    @override
    def sees(self, key: int) -> bool:
        with self._transaction():
            return self._run("lock", f"SELECT pg_try_advisory_xact_lock({key})") == [[False]]

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """A transaction with a time limit for its statements. An error ends the session's use.

        A pooler can refuse settings at login. In transaction pooling mode, other clients would get
        the settings of a session.
        """
        limit = f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'"
        self._run("begin a transaction", f"BEGIN; {limit}")
        yield
        self._run("end a transaction", "COMMIT")

    @override
    def close(self) -> None:
        with contextlib.suppress(native.InterfaceError):
            self._connection.close()

    def _hash(self, username: str, password: str) -> str:
        """The hash that PostgreSQL would store, in the form of its password_encryption."""
        if self._run("show its settings", "SHOW password_encryption") == [["md5"]]:
            digest = hashlib.md5((password + username).encode(), usedforsecurity=False)
            return f"md5{digest.hexdigest()}"
        salt, stored_key, server_key, iterations = ScramMechanism("SCRAM-SHA-256").make_auth_info(
            password
        )
        encoded_salt, *keys = (
            base64.b64encode(part).decode() for part in (salt, stored_key, server_key)
        )
        return f"SCRAM-SHA-256${iterations}:{encoded_salt}${':'.join(keys)}"

    def _run(self, action: str, statement: str, **parameters: str) -> list[list[Any]]:
        try:
            return self._connection.run(statement, **parameters) or []
        except native.DatabaseError as error:
            code = _code(error)
            make = lost if code.startswith(NO_CONNECTION) else StatementError
            raise make(action, f"SQLSTATE {code}") from None
        except native.InterfaceError as error:
            raise lost(action, _name(error)) from None
