"""Runs a server as another user, until the process that started this one ends.

The arguments are:

- the user, or an empty text for the current one
- the number of the signal that ends the server
- the folder to delete at the end
- the server's command

Standard input is a pipe from the process that starts this one.
"""

import contextlib
import os
import shutil
import subprocess
import sys

from tools.debian import as_user

END_SECONDS = 10


def main(user: str, signal_number: str, folder: str, *command: str) -> None:
    """Wait until the starter's end, of any kind, closes the pipe; then leave nothing behind."""
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, **as_user(user))
    os.read(sys.stdin.fileno(), 1)
    server.send_signal(int(signal_number))
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(END_SECONDS)
    server.kill()
    server.wait()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
