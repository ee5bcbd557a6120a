"""A proxy that records requests, to show which calls go through a proxy."""

import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Self

VARIABLES = [
    spelling
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    for spelling in (name, name.lower())
]


class Proxy:
    """A proxy on loopback that refuses every request, within a `with` block.

    `asked` holds the URLs, or the hosts and ports, that clients requested.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), self._handler())
        url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.settings = dict.fromkeys(VARIABLES, url)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(proxy) -> type[StreamRequestHandler]:  # noqa: N805 - of two objects
        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                proxy.asked.append(self.rfile.readline().decode().split()[1])
                self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")

        return Handler


class _Server(ThreadingTCPServer):
    daemon_threads = True
