"""What a step of a rotation fails with."""

import ssl


class RotationError(Exception):
    """Why the step failed and what to do about it.

    The message names hosts and users, and holds nothing else of the secret. It holds no message of
    a server or driver, which could quote a password.
    """


class ConnectionLostError(RotationError):
    """There is no connection, or none any more: a second try may succeed."""


def unreachable(
    host: str, port: int, reason: str, kind: type[RotationError] = ConnectionLostError
) -> RotationError:
    """No connection; `reason` is a code or the name of an error."""
    return kind(
        f"{host}:{port} gives no connection ({reason}): see that the server runs, its security "
        "group lets the function in, and the secret names the right host, port and dbname."
    )


def lost(action: str, reason: str) -> RotationError:
    """The connection ends in the middle; `reason` is a code or the name of an error."""
    return ConnectionLostError(
        f"The connection ended when the server was to {action} ({reason}): see why in the server's "
        "log, then rotate again."
    )


def without_tls(host: str, port: int) -> RotationError:
    """The server does not speak TLS."""
    return RotationError(
        f'{host}:{port} refuses TLS: switch TLS on, or store "ssl": false to do without.'
    )


def untrusted(host: str, port: int, error: ssl.SSLError) -> RotationError:
    """The TLS handshake failed."""
    reason = getattr(error, "verify_message", None) or error.reason or type(error).__name__
    return RotationError(
        f"{host}:{port} is not trusted ({reason}): package its CA as CA_BUNDLE, and name the host "
        "as its certificate does."
    )


class StatementError(RotationError):
    """The server does not do what it was told; `reason` is a code or the name of an error."""

    def __init__(self, action: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The server does not {action} ({reason}): see the user's rights, and the server's "
            "rules for passwords."
        )
