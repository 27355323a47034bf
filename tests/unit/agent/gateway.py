"""A little gateway on loopback: keeps what is posted, answers as told, goes away and comes back at the same address."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
Answer = tuple[int, Json]
DEADLINE = 30


@dataclass
class Posted:
    """One request that came in whole."""

    path: str
    headers: dict[str, str]
    event: Json
    status: int


def taken(_event: Json) -> Answer:
    return 204, {}


@dataclass
class LittleGateway:
    """What was posted, with what was answered."""

    answer: Callable[[Json], Answer] = taken
    """Status and headers for an event."""
    said: str = ""
    """Body of every answer that is no 204."""
    transaction: str = "t-1"
    """As a gateway names every request; empty: a proxy answers in its place."""
    posted: list[Posted] = field(default_factory=list)
    port: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def kept(self) -> list[Json]:
        """The events that were acknowledged, in their order."""
        return [posted.event for posted in self.posted if posted.status == 204]

    def come(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def go(self) -> None:
        """Refuse connections, and end those that are open."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def wait_until(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, DEADLINE), f"posted so far: {self.posted}"

    def wait_for_kept(self, count: int) -> list[Json]:
        self.wait_until(lambda: len(self.kept) >= count)
        return self.kept


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is killed is no trouble of ours."""


def _handler(gateway: LittleGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["benchmark_status_event"]
            status, headers = gateway.answer(event)
            if status == 0:  # vanish without an answer
                self.close_connection = True
                return
            body = b"" if status == 204 else gateway.said.encode()
            self.send_response(status)
            own = {"X-Global-Transaction-Id": gateway.transaction} if gateway.transaction else {}
            own |= {} if status == 204 else {"Content-Length": str(len(body))}
            for name, value in (own | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            with gateway.changed:
                gateway.posted.append(Posted(self.path, dict(self.headers.items()), event, status))
                gateway.changed.notify_all()

        def do_GET(self) -> None:
            body = json.dumps({"status": "healthy", "asked": self.path}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def handle(self) -> None:
            """One request a connection, so that a gateway that went is gone for kept connections too."""
            self.close_connection = True
            self.handle_one_request()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    return Handler


@contextmanager
def little_gateway() -> Iterator[LittleGateway]:
    gateway = LittleGateway()
    gateway.come()
    try:
        yield gateway
    finally:
        gateway.go()
