"""Lambda function that counts the bookings of a day, in a database whose password rotates.

The environment variable SECRET_ARN is the ARN of the secret with the database's credentials.
"""

import functools
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from pg8000 import native

SECRET_ARN = os.environ["SECRET_ARN"]
# A failed login shows a new password immediately. The function notices a new host within this time.
KEEP_SECONDS = 60 * 60
NETWORK_SECONDS = 5
# Invalid password; invalid authorization.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
REFUSED = ("28P01", "28000")
CA_BUNDLE = Path(__file__).with_name("ca-bundle.pem")

# Each execution environment creates this and the connection once, and keeps them until it ends.
secrets = SecretsProvider()


class LoginRefusedError(Exception):
    """The database refuses the secret's current credentials."""


def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001
    """Number of bookings for `{"day": "2027-05-01"}`."""
    statement = "SELECT count(*) FROM bookings WHERE day = CAST(:day AS date)"
    ((number,),) = query(statement, day=event["day"])
    return {"day": event["day"], "bookings": number}


def query(statement: str, **parameters: object) -> list[list[Any]]:
    """Rows of a statement. It can run twice, so it must only read."""
    try:
        rows = connection().run(statement, **parameters)
    except (native.InterfaceError, OSError):
        # The connection is lost, for example after a failover or a long pause.
        connection.cache_clear()
        rows = connection().run(statement, **parameters)
    return rows or []


@functools.cache
def connection() -> native.Connection:
    """Connection to the database. If the server refuses the cached password, read it again."""
    for force_fetch in (False, True):
        credentials = secrets.get(
            SECRET_ARN, max_age=KEEP_SECONDS, transform="json", force_fetch=force_fetch
        )
        try:
            return log_in(credentials)
        except native.DatabaseError as error:
            if error.args[0]["C"] not in REFUSED:
                raise
    raise LoginRefusedError(
        f"{credentials['host']} refuses the user and password in {SECRET_ARN}. If a rotation is in "
        "progress, invoke the function again in some seconds. Otherwise check why the last "
        "rotation failed, or store the password that the database has."
    )


def log_in(credentials: Mapping[str, Any]) -> native.Connection:
    """Connect by TLS with a verified certificate, unless the secret has `"ssl": false`."""
    # RDS has private CAs, which must be in the package.
    context = ssl.create_default_context(cafile=CA_BUNDLE if CA_BUNDLE.exists() else None)
    # Python 3.13 turned on a strict check of the form, and many CAs do not pass it.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return native.Connection(
        credentials["username"],
        host=credentials["host"],
        port=credentials["port"],
        database=credentials["dbname"],
        password=credentials["password"],
        ssl_context=context if credentials.get("ssl", True) else False,
        timeout=NETWORK_SECONDS,
        application_name="count-bookings",
    )
