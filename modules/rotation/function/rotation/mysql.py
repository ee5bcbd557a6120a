"""Sessions on MySQL and MariaDB."""

import contextlib
import hashlib
import re
import ssl
from collections.abc import Iterable, Iterator
from typing import Any, override

import pymysql
from pymysql.constants import CR, ER

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

# Access denied; account locked (MySQL, MariaDB); password expired.
# https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
# https://mariadb.com/kb/en/mariadb-error-code-reference/
NOT_THIS_USER = (1045, 1698, 3118, 4151, 1862)
CURRENT_PASSWORD_IS_WANTED = 3892
# No connection, too many connections, or the server stops.
NO_CONNECTION = (
    *(CR.CR_CONN_HOST_ERROR, CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST),
    *(ER.CON_COUNT_ERROR, ER.SERVER_SHUTDOWN, ER.TOO_MANY_USER_CONNECTIONS),
)

# Only MariaDB reads a comment with M!: without a limit, its statements about users wait for locks.
# Only MySQL reads a comment with !80017: without it, a hash can contain bytes that are not text.
# https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_print_identified_with_as_hex
SETTINGS = (
    "SET SESSION lock_wait_timeout = %(seconds)d /*M!100102 , max_statement_time = %(seconds)d */"
    " /*!80017 , print_identified_with_as_hex = 1 */"
)

# SHOW GRANTS and SHOW CREATE USER quote names in one of these ways.
_QUOTED = r"(?:`(?:[^`]|``)*+`|'(?:[^'\\]|''|\\.)*+'|\"(?:[^\"\\]|\"\"|\\.)*+\")"
_ACCOUNT = rf"{_QUOTED}@{_QUOTED}"
_USER = re.compile(rf"CREATE USER {_ACCOUNT}(.*)", re.DOTALL)
_RIGHT = re.compile(
    rf"((?:GRANT|REVOKE|SET DEFAULT ROLE) (?:{_QUOTED}|[^`'\"])+? (?:TO|FROM|FOR) ){_ACCOUNT}(.*)",
    re.DOTALL,
)
# The parts of a statement that `for_another` returns.
_GRANT = re.compile(
    rf"GRANT ((?:{_QUOTED}|[^`'\"])+?) ON (.+) TO %s@%s( WITH GRANT OPTION)?", re.DOTALL
)
_ROLES = re.compile(r"GRANT (.+) TO %s@%s( WITH ADMIN OPTION)?", re.DOTALL)
_ITEM = rf"(?:{_QUOTED}|\((?:{_QUOTED}|[^`'\")])*\)|[^,`'\"(])+"
_ROLE = rf"{_QUOTED}(?:@{_QUOTED})?"
_DEFAULT_ROLES = re.compile(rf"DEFAULT ROLE ({_ACCOUNT}(?:,{_ACCOUNT})*)")

_IDENTIFIED = re.compile(rf"IDENTIFIED WITH {_QUOTED} AS 0x[0-9A-F]+")

# An entry without a host is a role of MariaDB.
_ACCOUNTS = (
    "SELECT Host, authentication_string, plugin FROM mysql.user WHERE User = %s AND Host <> ''"
)
# With these plug-ins, the operating system identifies the user.
SOCKET_PLUGINS = ("unix_socket", "auth_socket")


def login(credentials: Credentials) -> Session | None:
    """Log in; None if the server refuses name or password."""
    target = (credentials.host, credentials.port)
    try:
        connection = pymysql.connect(
            user=credentials.username,
            # PyMySQL sends a str as Latin-1.
            password=credentials.password.encode(),
            host=credentials.host,
            port=credentials.port,
            database=credentials.database,
            ssl=tls.context() if credentials.tls else None,
            ssl_disabled=not credentials.tls,
            connect_timeout=NETWORK_SECONDS,
            read_timeout=NETWORK_SECONDS,
            write_timeout=NETWORK_SECONDS,
            charset="utf8mb4",
            init_command=SETTINGS % {"seconds": STATEMENT_SECONDS},
            autocommit=True,
        )
    except RuntimeError:
        # PyMySQL encrypts with the compiled package cryptography, which this package lacks.
        raise RotationError(
            "MySQL accepts this user's password only over TLS: turn TLS on, and remove "
            '"ssl": false from the secret.'
        ) from None
    except pymysql.MySQLError as error:
        cause = getattr(error, "original_exception", error)
        if isinstance(cause, ssl.SSLError):
            raise untrusted(*target, cause) from None
        code = error.args[0]
        if code in NOT_THIS_USER:
            return None
        if code == CR.CR_SSL_CONNECTION_ERROR:
            raise without_tls(*target) from None
        kind = ConnectionLostError if code in NO_CONNECTION else RotationError
        raise unreachable(*target, f"error {code}, {type(cause).__name__}", kind) from None
    return MySQLSession(connection, credentials.password)


def for_another(statement: str) -> str:
    """A statement of SHOW CREATE USER or SHOW GRANTS, with %s@%s instead of the user.

    At first the other user has the same password as the user.
    """
    statement = statement.replace("%", "%%")
    if user := _USER.fullmatch(statement):
        return f"CREATE USER IF NOT EXISTS %s@%s{user[1]}"
    if right := _RIGHT.fullmatch(statement):
        # MariaDB also writes attributes of the user here.
        passed_on = re.search("(GRANT|ADMIN) OPTION", re.sub(_QUOTED, "", right[2]))
        return f"{right[1]}%s@%s" + (f" WITH {passed_on[0]}" if passed_on else "")
    raise RotationError(
        "The server shows a privilege of the user in an unknown form: use the strategy "
        "single_user, and report this."
    )


def several_accounts(hosts: Iterable[str]) -> RotationError:
    """A user has several accounts, and their passwords would differ."""
    return RotationError(
        f"The user has accounts for several hosts ({', '.join(sorted(hosts))}), and their "
        "passwords differ, or would differ. Drop all except one, or let a superuser rotate them. "
        "They then need the same authentication string in mysql.user."
    )


def revocations(statements: Iterable[str]) -> dict[str, str]:
    """The statement that revokes each privilege that statements of `for_another` grant."""
    found = {}
    for statement in statements:
        if grant := _GRANT.fullmatch(statement):
            privileges, place, passed_on = grant.groups()
            names = ["GRANT OPTION"] if passed_on else []
            for each in re.findall(_ITEM, privileges):
                kind, _, columns = each.strip().partition(" (")
                of_columns = [f"{kind} ({name})" for name in re.findall(_QUOTED, columns)]
                names += of_columns or [kind]
            for name in names:
                if name != "USAGE":  # USAGE means no privileges
                    found[f"{name} ON {place}"] = f"REVOKE {name} ON {place} FROM %s@%s"
        elif roles := _ROLES.fullmatch(statement):
            for role in re.findall(_ROLE, roles[1]):
                for right in (role, role + roles[2]) if roles[2] else (role,):
                    found[right] = f"REVOKE {role} FROM %s@%s"
        elif statement.startswith("SET DEFAULT ROLE"):
            found[statement] = "SET DEFAULT ROLE NONE FOR %s@%s"
    return found


class MySQLSession(Session):
    """Session of a logged-in user.

    MariaDB gets the hash of a new password, because it logs statements unchanged. MySQL removes
    passwords from its logs, and its hashes depend on the account's plug-in.
    https://dev.mysql.com/doc/refman/8.4/en/password-logging.html
    """

    def __init__(self, connection: "pymysql.Connection[Any]", password: str) -> None:
        self._connection = connection
        self._password = password
        self._is_mariadb = "MariaDB" in connection.get_server_info()  # type: ignore[no-untyped-call]

    @property
    @override
    def account(self) -> str:
        # `user@host`: the entry of mysql.user that matches the session.
        return str(self._run("show its user", "SELECT CURRENT_USER()")[0][0])

    @override
    def check(self) -> None:
        self._run("run a statement", "SELECT 1")

    @override
    def set_own_password(self, password: str) -> None:
        name = self.account.rsplit("@", 1)[0]
        hosts = set()
        with contextlib.suppress(RotationError):  # Few users can read mysql.user.
            hosts = self._hosts(name)
        if len(hosts) > 1:
            raise several_accounts(hosts)
        if self._is_mariadb:
            self._run("change the password", "SET PASSWORD = %s", _mariadb_hash(password))
            return
        statement = "ALTER USER USER() IDENTIFIED BY %s"
        try:
            self._run("change the password", statement, password)
        except StatementError as error:
            if error.reason != f"error {CURRENT_PASSWORD_IS_WANTED}":
                raise
            self._run("change the password", f"{statement} REPLACE %s", password, self._password)
        self._password = password

    @override
    def prepare_other(self, original: str, username: str) -> None:
        name = original.rsplit("@", 1)[0]
        self._check_accounts(min(name, username, key=len))
        hosts = self._hosts(name)
        if len(username) < len(name):
            # The original user keeps its privileges, because they are the model of the clone's.
            hosts -= self._hosts(username)
        for host in sorted(hosts):
            self._copy_rights(name, username, host)

    def _copy_rights(self, name: str, username: str, host: str) -> None:
        action = "copy the user's privileges"
        ((shown,),) = self._run("show the user's privileges", "SHOW CREATE USER %s@%s", name, host)
        self._run(action, for_another(shown), username, host)
        wanted, has = self._grants(name, host), self._grants(username, host)
        takes, keeps = revocations(has), revocations(wanted)
        for statement in {takes[right] for right in takes.keys() - keeps.keys()}:
            self._run(action, statement, username, host)
        for statement in wanted:
            self._run(action, statement, username, host)
        if default := _DEFAULT_ROLES.search(shown):
            roles = default[1].replace("%", "%%")
            self._run(action, f"SET DEFAULT ROLE {roles} TO %s@%s", username, host)
        elif not self._is_mariadb:
            self._run(action, "SET DEFAULT ROLE NONE TO %s@%s", username, host)

    def _grants(self, username: str, host: str) -> list[str]:
        """Statements that grant a user's privileges to another user."""
        shown = self._run("show the user's privileges", "SHOW GRANTS FOR %s@%s", username, host)
        return [for_another(statement) for (statement,) in shown]

    def _hosts(self, username: str) -> set[str]:
        """Hosts for which a user has an account with a password."""
        return {host for host, _ in self._accounts(username)}

    def _accounts(self, username: str) -> list[tuple[str, bytes]]:
        """Host and stored password of each of a user's accounts with a password."""
        rows = self._run("list its users", _ACCOUNTS, username)
        return [(host, stored) for host, stored, plugin in rows if plugin not in SOCKET_PLUGINS]

    def _check_accounts(self, username: str) -> None:
        """Raise RotationError if the accounts of a user have different passwords."""
        accounts = self._accounts(username)
        if len({stored for _, stored in accounts}) > 1:
            raise several_accounts({host for host, _ in accounts})

    @override
    def set_password(self, account: str, username: str, password: str) -> None:
        if account.rsplit("@", 1)[0] == username:
            self._check_accounts(username)
        action = "set the password"
        first, *others = sorted(self._hosts(username))
        if self._is_mariadb:
            statement = "ALTER USER %s@%s IDENTIFIED BY PASSWORD %s"
            for host in (first, *others):
                self._run(action, statement, username, host, _mariadb_hash(password))
            return
        self._run(action, "ALTER USER %s@%s IDENTIFIED BY %s", username, first, password)
        if others:
            # The same hash shows that the accounts have the same password.
            shown = self._run("show the password's hash", "SHOW CREATE USER %s@%s", username, first)
            identified = _IDENTIFIED.search(shown[0][0])
            assert identified
            for host in others:
                self._run(action, f"ALTER USER %s@%s {identified[0]}", username, host)

    @override
    @contextlib.contextmanager
    def marked(self, key: int) -> Iterator[None]:
        self._run("lock", "SELECT GET_LOCK(%s, 0)", f"rotation-{key}")
        yield
        self._run("unlock", "SELECT RELEASE_LOCK(%s)", f"rotation-{key}")

    @override
    def sees(self, key: int) -> bool:
        return bool(self._run("lock", "SELECT IS_USED_LOCK(%s)", f"rotation-{key}")[0][0])

    @override
    def close(self) -> None:
        with contextlib.suppress(pymysql.MySQLError):
            self._connection.close()

    def _run(self, action: str, statement: str, *parameters: str) -> "tuple[tuple[Any, ...], ...]":
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return tuple(cursor.fetchall())
        except pymysql.MySQLError as error:
            make = lost if error.args[0] in NO_CONNECTION else StatementError
            raise make(action, f"error {error.args[0]}") from None


def _mariadb_hash(password: str) -> str:
    """MariaDB's hash for mysql_native_password, a plug-in that PyMySQL supports."""
    inner = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    return f"*{hashlib.sha1(inner, usedforsecurity=False).hexdigest().upper()}"
