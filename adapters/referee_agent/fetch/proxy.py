"""The one way out: an HTTP proxy on loopback, for plain requests and for tunnels.

Its connections are the guard's. One request a connection, so that a plain answer is passed on as it comes, until it
ends. Where it is cut off, the connection is reset: an end would look like the answer's own.
"""

import logging
import selectors
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from referee_agent.body import BodyError, length, pieces
from referee_agent.fetch.errors import FetchError
from referee_agent.fetch.guard import Guard

_IDLE_SECONDS = 60
_PIECE = 64 * 1024
_OURS = frozenset({"connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "trailer", "upgrade"})

log = logging.getLogger(__name__)


@contextmanager
def proxy(guard: Guard) -> Iterator[str]:
    """Run it; gives its address."""
    server = _Server(guard)
    threading.Thread(target=server.serve_forever, name="proxy", daemon=True).start()
    guard.close_other_ways(server.server_port)
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """One side went away; whoever waits for the other learns it there."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS

    def do_CONNECT(self) -> None:
        """A tunnel: what goes through it is between the two."""
        host, _, port = self.path.rpartition(":")
        upstream = self._reach(host.strip("[]"), int(port) if port.isdigit() else 0)
        if upstream is not None:
            with upstream:
                self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._join(upstream)

    def do_GET(self) -> None:
        """A plain request."""
        self.close_connection = True
        url = urlsplit(self.path)
        if url.scheme != "http" or not url.hostname:
            self.send_error(400, "a proxy takes whole addresses")
            return
        upstream = self._reach(url.hostname, url.port or 80)
        if upstream is not None:
            with upstream:
                upstream.settimeout(_IDLE_SECONDS)
                self._send(upstream, url._replace(scheme="", netloc="", fragment="").geturl() or "/", url.netloc)
                self._pass_answer(upstream)

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """A query may hold a secret: say nothing."""

    def _pass_answer(self, upstream: socket.socket) -> None:
        try:
            while piece := upstream.recv(_PIECE):
                self.server.guard.count(len(piece))
                self.connection.sendall(piece)
        except (OSError, FetchError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise

    def _reach(self, host: str, port: int) -> socket.socket | None:
        self.close_connection = True
        try:
            return self.server.guard.connect(host, port)
        except FetchError as error:
            log.warning("%s", error)
            self.send_error(502, "not reached")
            return None

    def _send(self, upstream: socket.socket, path: str, host: str) -> None:
        try:
            size = length(self.headers)
            kept = [(name, value) for name, value in self.headers.items() if name.lower() not in _OURS | {"host"}]
            lines = [f"{self.command} {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in kept]
            upstream.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
            for piece in pieces(self.rfile, self.headers):
                upstream.sendall(piece if size is not None else b"%x\r\n%s\r\n" % (len(piece), piece))
            if size is None:
                upstream.sendall(b"0\r\n\r\n")
        except BodyError as error:
            raise ConnectionError(str(error)) from error

    def _join(self, upstream: socket.socket) -> None:
        """Pass bytes both ways until one side has ended, or both are silent for too long."""
        others = {self.connection: upstream, upstream: self.connection}
        with selectors.DefaultSelector() as selector:
            for side in others:
                selector.register(side, selectors.EVENT_READ, side)
            while ready := selector.select(_IDLE_SECONDS):
                for key, _ in ready:
                    reading: socket.socket = key.data
                    piece = reading.recv(_PIECE)
                    if not piece:
                        return
                    if reading is upstream:
                        self.server.guard.count(len(piece))
                    others[reading].sendall(piece)
