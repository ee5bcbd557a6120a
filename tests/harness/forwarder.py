"""Spoils one AWS call of a Terraform command, with a forwarder in front of the emulator."""

import contextlib
import http.client
import json
import re
import socket
import sys
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, Self

SLOW_SECONDS = 3
_SIGNED_FOR = re.compile(r"Credential=\w+/\d+/([\w-]+)/([\w-]+)/aws4_request")
_OF_THE_CONNECTION = {"connection", "content-length", "date", "server", "transfer-encoding"}


class Fault(StrEnum):
    """What goes wrong with a call. For the last four, AWS has carried out the call."""

    THROTTLED = "throttled"
    ERROR = "error 500"
    DROPPED = "connection dropped"
    SLOW = "slow answer"
    KILLED = "Terraform killed"
    ERROR_AFTER = "done, error 500"
    LOST = "done, connection dropped"
    REPEATED = "done, connection dropped, tried again"
    KILLED_AFTER = "done, Terraform killed"

    @property
    def is_after(self) -> bool:
        """Whether AWS has carried out the call."""
        return self.startswith("done")


_KILLS = (Fault.KILLED, Fault.KILLED_AFTER)
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
_ANSWERS = {
    Fault.THROTTLED: (400, "ThrottlingException"),
    Fault.ERROR: (500, "InternalFailure"),
    Fault.ERROR_AFTER: (500, "InternalFailure"),
}


class Call(NamedTuple):
    """The `number`-th call of this name, such as `kms.CreateKey`, in a command, counted from 1."""

    name: str
    number: int

    @property
    def changes(self) -> bool:
        """Whether the call changes anything in AWS."""
        return not re.search(r"\.(Describe|Get|List)", self.name)


@dataclass(frozen=True, repr=False)
class Sent:
    """A request as it was sent, with the region and service that it was signed for."""

    region: str
    service: str
    target: str
    method: str
    path: str
    body: str


class Forwarder:
    """An endpoint that forwards AWS calls to the emulator, within a `with` block."""

    def __init__(self, endpoint_url: str) -> None:
        self._emulator = urllib.parse.urlsplit(endpoint_url).netloc
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._wanted: Call | None = None
        self._fault = Fault.SLOW
        self._kill: Callable[[], None] = lambda: None
        self._was_spoiled = False
        self._look: Callable[[str], None] = lambda _: None
        self._hear: Callable[[Sent], None] = lambda _: None

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.endpoint_url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def recording(self) -> Iterator[Counter[str]]:
        """Count each call within the block; the counter fills while the block runs."""
        self._calls = Counter()
        yield self._calls

    @contextmanager
    def spoiling(
        self, call: Call, fault: Fault, kill: Callable[[], None]
    ) -> Iterator[Callable[[], bool]]:
        """Spoil this call within the block; yield a function that says whether the call came.

        `kill` kills Terraform.
        """
        self._calls = Counter()
        self._was_spoiled = False
        self._wanted, self._fault, self._kill = call, fault, kill
        try:
            yield lambda: self._was_spoiled
        finally:
            self._wanted = None

    @contextmanager
    def watching(self, look: Callable[[str], None]) -> Iterator[None]:
        """Call `look` within the block with the name of each change that AWS has made.

        Terraform gets the response to its call once `look` returns.
        """
        self._look = look
        try:
            yield
        finally:
            self._look = lambda _: None

    @contextmanager
    def hearing(self) -> Iterator[list[Sent]]:
        """Record the requests of the block; the list fills while the block runs."""
        heard: list[Sent] = []
        self._hear = heard.append
        try:
            yield heard
        finally:
            self._hear = lambda _: None

    def _arrives(self, name: str) -> Fault | None:
        """Count a call; return its fault, or None."""
        with self._lock:
            self._calls[name] += 1
            if self._wanted != (name, self._calls[name]):
                return None
            self._was_spoiled = True
            return self._fault

    def _handler(forwarder) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - of two objects
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # One packet: on a busy machine, AWS's Go SDK can lose a body that follows its header.
            wbufsize = -1

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                sent = _sent(self, body)
                name = _name(sent)
                forwarder._hear(sent)
                fault = forwarder._arrives(name)
                answer = None
                if not fault or fault.is_after or fault is Fault.SLOW:
                    answer = self._pass_on(body)
                    if Call(name, 1).changes:
                        forwarder._look(name)
                if fault is Fault.SLOW:
                    time.sleep(SLOW_SECONDS)
                if fault in _KILLS:
                    forwarder._kill()
                if fault in _ANSWERS:
                    answer = self._error(*_ANSWERS[fault])
                elif fault and fault is not Fault.SLOW:
                    answer = None
                self._answer(answer)

            do_DELETE = do_GET = do_HEAD = do_PUT = do_POST  # noqa: N815 - the library's names

            def _pass_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
                connection = http.client.HTTPConnection(forwarder._emulator)
                with contextlib.closing(connection):
                    connection.request(self.command, self.path, body, dict(self.headers))
                    response = connection.getresponse()
                    return response.status, response.getheaders(), response.read()

            def _error(self, status: int, code: str) -> tuple[int, list[tuple[str, str]], bytes]:
                # STS and S3 use XML, the other services JSON.
                if self.headers.get("X-Amz-Target"):
                    text = json.dumps({"__type": code, "message": "made by a test"})
                else:
                    text = f"<Response><Error><Code>{code}</Code></Error></Response>"
                return status, [], text.encode()

            def _answer(self, answer: tuple[int, list[tuple[str, str]], bytes] | None) -> None:
                if answer is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, headers, body = answer
                self.send_response(status)
                for name, value in headers:
                    if name.lower() not in _OF_THE_CONNECTION:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        return Handler


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # Terraform makes many calls at once

    def handle_error(self, request: object, client_address: object) -> None:
        # A killed client does not close its connections properly.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _sent(request: BaseHTTPRequestHandler, body: bytes) -> Sent:
    signed_for = _SIGNED_FOR.search(request.headers.get("Authorization", ""))
    region, service = signed_for.groups() if signed_for else ("", "unsigned")
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    text = body.decode(errors="ignore")
    return Sent(region, service, target, request.command, request.path, text)


def _name(sent: Sent) -> str:
    """Service and operation of a call, or its HTTP method if the path is the operation."""
    if sent.target:
        return f"{sent.service}.{sent.target}"
    action = urllib.parse.parse_qs(sent.body).get("Action", [sent.method])
    return f"{sent.service}.{action[0]}"
