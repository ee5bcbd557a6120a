"""Logs in to a database server of any engine."""

from collections.abc import Iterator
from contextlib import contextmanager

from rotation import mysql, postgres
from rotation.secret import Credentials
from rotation.session import Session


@contextmanager
def login(credentials: Credentials) -> Iterator[Session | None]:
    """Session of the user for a `with` block, None if the server refuses name or password.

    Raises RotationError if neither is known, for example if the server cannot be reached.
    """
    engine = postgres if credentials.engine == "postgres" else mysql
    session = engine.login(credentials)
    try:
        yield session
    finally:
        if session:
            session.close()
