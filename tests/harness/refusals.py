"""Expects the emulator to refuse a call, as AWS does."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError


@contextmanager
def refused(code: str, words: str | None = None) -> Iterator[None]:
    """Expect a call to fail with this error, and with a message that matches the pattern."""
    with pytest.raises(ClientError, match=words) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code
