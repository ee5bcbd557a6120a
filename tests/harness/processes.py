"""Reads from Linux's /proc the children of a process, and the addresses where it listens."""

import contextlib
from pathlib import Path

LOOPBACK = {"0100007F", "00000000000000000000000001000000"}
_LISTENING = "0A"


def children(process_id: int) -> list[int]:
    """Ids of the running child processes of a process."""
    found: list[int] = []
    for file in Path(f"/proc/{process_id}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread has ended meanwhile
            found += map(int, file.read_text().split())
    return found


def listening_addresses(process_id: int) -> list[str]:
    """Addresses, as in /proc/net, on which a process listens, one for each port."""
    sockets = set()
    for file in Path(f"/proc/{process_id}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            sockets.add(str(file.readlink()).removeprefix("socket:[").removesuffix("]"))
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path("/proc/net", table).read_text().splitlines()[1:]
    ]
    return [row[1].split(":")[0] for row in rows if row[3] == _LISTENING and row[9] in sockets]
