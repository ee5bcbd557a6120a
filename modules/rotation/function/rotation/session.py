"""The interface to a database server of any engine."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

# The server ends a statement before the client stops waiting for it.
STATEMENT_SECONDS = 4
NETWORK_SECONDS = 5


class Session(ABC):
    """Session of a logged-in user. Every method except `close` can raise RotationError."""

    @property
    @abstractmethod
    def account(self) -> str:
        """The server's name of the user."""

    @abstractmethod
    def check(self) -> None:
        """Run a statement."""

    @abstractmethod
    def set_own_password(self, password: str) -> None:
        """Change the password of the logged-in user."""

    @abstractmethod
    def prepare_other(self, original: str, username: str) -> None:
        """Give a user the privileges of `original`. Create a missing user without a usable login.

        `original` is the account of another session.
        """

    def hand_over(self, username: str) -> None:  # noqa: B027
        """Give what this user owns to another, prepared user, if the engine has ownership."""

    @abstractmethod
    def set_password(self, account: str, username: str, password: str) -> None:
        """Set the password of a user, of all its accounts if it can have several.

        `account` is the account of another session: of this user or of the other user.
        """

    @abstractmethod
    def marked(self, key: int) -> AbstractContextManager[None]:
        """Hold a lock for a `with` block. Every session on this server sees the lock."""

    @abstractmethod
    def sees(self, key: int) -> bool:
        """Whether another session on this server holds this lock."""

    @abstractmethod
    def close(self) -> None:
        """End the session. Raises nothing."""
