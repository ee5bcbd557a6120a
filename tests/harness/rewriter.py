"""Forwards connections to a server on loopback, and replaces bytes or drops connections."""

import socket
import threading
import time
from typing import Self

CHUNK = 65536


class Rewriter:
    """Forwards TCP connections without TLS from its own port, within a `with` block.

    Replaces `old` with `new`, of the same length, in the bytes that clients send. Closes the first
    `drops` connections immediately. Delays all others until `sleeps` seconds after its creation.
    """

    def __init__(
        self, port: int, old: bytes = b"", new: bytes = b"", *, drops: int = 0, sleeps: float = 0
    ) -> None:
        assert len(old) == len(new)
        self._target, self._old, self._new = port, old, new
        self._drops, self._awake = drops, time.monotonic() + sleeps
        self.connections = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.connections <= self._drops:
                client.close()
            else:
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        time.sleep(max(0, self._awake - time.monotonic()))
        with client, socket.create_connection(("127.0.0.1", self._target)) as server:
            back = threading.Thread(target=_forward, args=(server, client, b"", b""), daemon=True)
            back.start()
            _forward(client, server, self._old, self._new)
            back.join()


def _forward(source: socket.socket, target: socket.socket, old: bytes, new: bytes) -> None:
    try:
        while data := source.recv(CHUNK):
            target.sendall(data.replace(old, new) if old else data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
