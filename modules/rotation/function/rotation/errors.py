"""Errors of a rotation step."""

import ssl


class RotationError(Exception):
    """Why the step failed and what to do about it.

    The message names hosts and users, and contains nothing else of the secret. It never contains a
    message of a server or driver, because that could quote a password.
    """


class ConnectionLostError(RotationError):
    """The function has no connection, or has lost it. A second try can succeed."""


def unreachable(
    host: str, port: int, reason: str, kind: type[RotationError] = ConnectionLostError
) -> RotationError:
    """No connection; `reason` is a code or the name of an error."""
    return kind(
        f"{host}:{port} gives no connection ({reason}). Check that the server runs and its "
        "security group admits the function. Check host, port and dbname in the secret."
    )


def lost(action: str, reason: str) -> RotationError:
    """The connection was lost; `reason` is a code or the name of an error."""
    return ConnectionLostError(
        f"The connection ended before the server could {action} ({reason}): check the server's "
        "log for the cause, then rotate again."
    )


def without_tls(host: str, port: int) -> RotationError:
    """The server does not speak TLS."""
    return RotationError(
        f'{host}:{port} refuses TLS: turn TLS on, or store "ssl": false to connect without TLS.'
    )


def untrusted(host: str, port: int, error: ssl.SSLError) -> RotationError:
    """The TLS handshake failed."""
    reason = getattr(error, "verify_message", None) or error.reason or type(error).__name__
    return RotationError(
        f"{host}:{port} is not trusted ({reason}): package its CA as CA_BUNDLE, and set the host "
        "to the name in its certificate."
    )


class StatementError(RotationError):
    """The server refuses a statement; `reason` is a code or the name of an error."""

    def __init__(self, action: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The server does not {action} ({reason}): check the user's privileges, and the "
            "server's rules for passwords."
        )
