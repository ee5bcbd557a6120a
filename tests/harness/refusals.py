"""What a test expects the emulator to refuse, as AWS does."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError


@contextmanager
def refused(code: str, words: str | None = None) -> Iterator[None]:
    """Expect a call to fail with this error, and a message in which the pattern is found."""
    with pytest.raises(ClientError, match=words) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code
