"""Waits for a condition that soon holds, even on a busy machine."""

import time
from collections.abc import Callable

# For a condition that never holds. A busy machine may need a minute for a second's work.
LIMIT_SECONDS = 180


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until a condition holds. Raises TimeoutError if it does not within LIMIT_SECONDS."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"The condition does not hold after {LIMIT_SECONDS} s")
        time.sleep(0.05)
