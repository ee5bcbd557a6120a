"""Sessions on MySQL and MariaDB."""

import contextlib
import hashlib
import re
import ssl
from typing import Any, override

import pymysql
from pymysql.constants import CR

from rotation import tls
from rotation.errors import RotationError, failed, unreachable, untrusted, without_tls
from rotation.secret import Credentials
from rotation.session import NETWORK_SECONDS, STATEMENT_SECONDS, Session

# Access denied; account locked (MySQL, MariaDB); password expired.
# https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
# https://mariadb.com/kb/en/mariadb-error-code-reference/
NOT_THIS_USER = (1045, 1698, 3118, 4151, 1862)

# MariaDB alone reads what follows M!; there, statements about users wait for locks without limit.
TIME_LIMITS = (
    "SET SESSION lock_wait_timeout = %(seconds)d /*M!100102 , max_statement_time = %(seconds)d */"
)

# SHOW GRANTS and SHOW CREATE USER write names quoted, in one of these ways.
_QUOTED = r"(?:`(?:[^`]|``)*+`|'(?:[^'\\]|''|\\.)*+'|\"(?:[^\"\\]|\"\"|\\.)*+\")"
_ACCOUNT = rf"{_QUOTED}@{_QUOTED}"
_USER = re.compile(rf"CREATE USER {_ACCOUNT}(.*)", re.DOTALL)
_RIGHT = re.compile(
    rf"((?:GRANT|REVOKE|SET DEFAULT ROLE) (?:{_QUOTED}|[^`'\"])+? (?:TO|FROM|FOR) ){_ACCOUNT}(.*)",
    re.DOTALL,
)


def login(credentials: Credentials) -> Session | None:
    """Log in; None if the server refuses name or password."""
    target = (credentials.host, credentials.port)
    try:
        connection = pymysql.connect(
            user=credentials.username,
            # A text would be sent as Latin-1.
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
            init_command=TIME_LIMITS % {"seconds": STATEMENT_SECONDS},
            autocommit=True,
        )
    except pymysql.MySQLError as error:
        cause = getattr(error, "original_exception", error)
        if isinstance(cause, ssl.SSLError):
            raise untrusted(*target, cause) from None
        code = error.args[0]
        if code in NOT_THIS_USER:
            return None
        if code == CR.CR_SSL_CONNECTION_ERROR:
            raise without_tls(*target) from None
        raise unreachable(*target, f"error {code}, {type(cause).__name__}") from None
    return MySQLSession(connection)


def for_another(statement: str) -> str:
    """A statement of SHOW CREATE USER or SHOW GRANTS, with %s@%s in place of the user.

    The other user has the same password at first: one that is not its own.
    """
    statement = statement.replace("%", "%%")
    if user := _USER.fullmatch(statement):
        return f"CREATE USER IF NOT EXISTS %s@%s{user[1]}"
    if right := _RIGHT.fullmatch(statement):
        # MariaDB writes here what belongs to the user itself, too.
        passed_on = re.search("(GRANT|ADMIN) OPTION", re.sub(_QUOTED, "", right[2]))
        return f"{right[1]}%s@%s" + (f" WITH {passed_on[0]}" if passed_on else "")
    raise RotationError(
        "The server shows a right of the user in a form that is not known here: rotate by a "
        "single user, and report this."
    )


class MySQLSession(Session):
    """What a user can do who is logged in.

    MariaDB gets the hash of a new password: it logs statements as they are. MySQL takes passwords
    out of its logs, and its hashes depend on the account's plug-in.
    https://dev.mysql.com/doc/refman/8.4/en/password-logging.html
    """

    def __init__(self, connection: "pymysql.Connection[Any]") -> None:
        self._connection = connection
        self._is_mariadb = "MariaDB" in connection.get_server_info()  # type: ignore[no-untyped-call]

    @property
    @override
    def account(self) -> str:
        # `user@host`: the entry of mysql.user that let the session in.
        return str(self._run("tell its user", "SELECT CURRENT_USER()")[0][0])

    @override
    def check(self) -> None:
        self._run("run a statement", "SELECT 1")

    @override
    def set_own_password(self, password: str) -> None:
        if self._is_mariadb:
            self._run("change the password", "SET PASSWORD = %s", _mariadb_hash(password))
        else:
            self._run("change the password", "ALTER USER USER() IDENTIFIED BY %s", password)

    @override
    def prepare_other(self, original: str, username: str) -> None:
        name, host = original.rsplit("@", 1)
        for what in ("CREATE USER", "GRANTS FOR"):
            shown = self._run("show the user's rights", f"SHOW {what} %s@%s", name, host)
            for (statement,) in shown:
                self._run("copy the user's rights", for_another(statement), username, host)

    @override
    def set_password_of_other(self, original: str, username: str, password: str) -> None:
        host = original.rsplit("@", 1)[1]
        if self._is_mariadb:
            statement = "ALTER USER %s@%s IDENTIFIED BY PASSWORD %s"
            password = _mariadb_hash(password)
        else:
            statement = "ALTER USER %s@%s IDENTIFIED BY %s"
        self._run("set the password", statement, username, host, password)

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
            raise failed(action, f"error {error.args[0]}") from None


def _mariadb_hash(password: str) -> str:
    """What MariaDB stores for mysql_native_password, the plug-in that PyMySQL can log in by."""
    inner = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    return f"*{hashlib.sha1(inner, usedforsecurity=False).hexdigest().upper()}"
