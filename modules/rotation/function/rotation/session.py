"""What the function asks of a database server, whatever the engine."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

# A statement ends on the server before the client stops waiting for it.
STATEMENT_SECONDS = 4
NETWORK_SECONDS = 5


class Session(ABC):
    """What a user can do who is logged in. Every method but `close` raises RotationError."""

    @property
    @abstractmethod
    def account(self) -> str:
        """The user as the server knows it."""

    @abstractmethod
    def check(self) -> None:
        """Run a statement."""

    @abstractmethod
    def set_own_password(self, password: str) -> None:
        """Change the password of the user itself."""

    @abstractmethod
    def prepare_other(self, original: str, username: str) -> None:
        """Give a user the rights of `original`, and make it if need be, with no way to log in.

        `original` is the account of another session.
        """

    def hand_over(self, username: str) -> None:  # noqa: B027
        """Let another user, which is prepared, own what this user owns, where that matters."""

    @abstractmethod
    def set_password(self, account: str, username: str, password: str) -> None:
        """Set the password of a user, of all its accounts where it can have several.

        `account` is that of another session, of this user or of the other one of the pair.
        """

    @abstractmethod
    def marked(self, key: int) -> AbstractContextManager[None]:
        """Hold a lock for a `with` block, which every session on this server sees."""

    @abstractmethod
    def sees(self, key: int) -> bool:
        """Whether another session on this server holds this lock."""

    @abstractmethod
    def close(self) -> None:
        """End the session; raises nothing."""
