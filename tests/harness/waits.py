"""Waiting for what comes soon, however busy the machine is."""

import time
from collections.abc import Callable

# For what never comes; on a busy machine, what takes a second may take a minute.
LIMIT_SECONDS = 180


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so. Raises TimeoutError if it is not so within LIMIT_SECONDS."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not so within {LIMIT_SECONDS} s")
        time.sleep(0.05)
