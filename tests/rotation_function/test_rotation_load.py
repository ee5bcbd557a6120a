"""Clients read the secret and log in repeatedly while it rotates: is any client locked out?

ROTATIONS is the number of rotations: 10 by default, 200 in `make soak`.
"""

import os
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from harness.databases import Server
from harness.rotated_user import RotatedUser, throttled_function

pytestmark = pytest.mark.exhaustive

ROTATIONS = int(os.environ.get("ROTATIONS", "10"))
CLIENTS = 4
PAUSE_SECONDS = 0.2

STRATEGIES = ("single_user", "alternating_users")


class Client:
    """An application that reads the secret and logs in until it must stop.

    `gaps` are the times in seconds from a failed login to the next successful one.
    """

    def __init__(self, user: RotatedUser, stop: threading.Event) -> None:
        self.logins = 0
        self.gaps: list[float] = []
        self._user = user
        self._stop = stop

    def run(self) -> None:
        """Log in until the event is set, and then until a login succeeds."""
        locked_out_since = None
        while not self._stop.is_set() or locked_out_since:
            if self._user.logs_in("AWSCURRENT"):
                self.logins += 1
                if locked_out_since:
                    self.gaps.append(time.monotonic() - locked_out_since)
                locked_out_since = None
            else:
                locked_out_since = locked_out_since or time.monotonic()


@pytest.mark.slow
@pytest.mark.timeout(60 + 10 * ROTATIONS)
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("engine", ["postgresql", "mariadb"])
def test_clients_log_in_all_through_the_rotations(
    engine: str,
    strategy: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    server: Server = request.getfixturevalue(engine)
    monkeypatch.setenv("STRATEGY", strategy)
    monkeypatch.setenv("CA_BUNDLE", str(server.ca_file))
    user = RotatedUser(server, boto3.client("secretsmanager"), throttled_function())
    stop = threading.Event()
    clients = [Client(user, stop) for _ in range(CLIENTS)]

    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.run) for client in clients]
        try:
            for _ in range(ROTATIONS):
                user.rotate()
                time.sleep(PAUSE_SECONDS)
        finally:
            stop.set()
        for each in running:
            each.result()

    logins = sum(client.logins for client in clients)
    gaps = [gap for client in clients for gap in client.gaps]
    assert all(client.logins > ROTATIONS for client in clients)
    if strategy == "alternating_users":
        assert not gaps
    longest = f"longest {max(gaps):.2f} s, median {statistics.median(gaps):.2f} s" if gaps else ""
    record_property(
        f"{server.engine}, {strategy}, {ROTATIONS} rotations",
        f"{logins:,} logins, {len(gaps)} gaps {longest}".rstrip(),
    )
