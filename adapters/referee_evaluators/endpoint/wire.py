"""HTTP/1.1 to one address, as little of it as asking a model needs: a body goes out, a status and a body come back.

aiohttp's client does what a browser might want: cookies, redirects, proxies, traces, multipart; that is two thirds of
what a call costs our process (84 microseconds a call against 30 here, on uvloop, the same endpoint). With an endpoint
that answers quickly it would be most of the run. What is kept: connections stay open and are used again, llhttp parses
what comes (in C, strictly), TLS is checked, a body may be chunked or end with the connection. One request a connection
at a time: many servers promise no more.

Timeouts are looked at by one timer for all connections, four times a second, and not by one for each request.
"""

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import httptools

_LARGEST = 64 * 1024 * 1024
"""Bytes of an answer."""
_TICK = 0.25
_IDLE = 30.0
"""Seconds after which an idle connection is not trusted any more: servers close theirs after a while, unannounced."""
_FIRST_FINAL = 200
_HTTPS = 443
_CONNECTIONS = 256


class NotConnectedError(OSError):
    """Nobody answers at the address: no connection, or no TLS."""


class Reply(NamedTuple):
    """An answer of the server."""

    status: int
    body: bytes
    retry_after: str | None


class Wire:
    """One address; made and used inside one running loop."""

    def __init__(
        self, method: str, url: str, headers: Mapping[str, str], timeout: float, trust: ssl.SSLContext | None = None
    ) -> None:
        """Connect to nothing yet.

        Args:
            method: of each request.
            url: of each request.
            headers: of each request, without those that the body decides.
            timeout: seconds that a request may take, its connection included.
            trust: for https, where it is not the system's.
        """
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port or (_HTTPS if secure else 80)
        self._trust = (trust or ssl.create_default_context()) if secure else None
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        host = parts.netloc.rpartition("@")[2]
        lines = [
            f"{method} {target} HTTP/1.1",
            f"Host: {host}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("an address or header holds a line break")
        self._head = ("\r\n".join(lines) + "\r\nContent-Length: ").encode("utf-8")
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._idle: list[_Connection] = []
        self._busy: set[_Connection] = set()
        self._opening = asyncio.Semaphore(_CONNECTIONS)
        self._ticker: asyncio.TimerHandle | None = None

    async def exchange(self, body: bytes) -> Reply:
        """Send a body, get the answer.

        Raises:
            NotConnectedError: there is no connection to be had.
            TimeoutError: it took too long.
            OSError: the connection broke, or what came is not HTTP.
        """
        now = self._loop.time()
        connection = self._reuse(now) or await self._open(now)
        self._busy.add(connection)
        if self._ticker is None:
            self._ticker = self._loop.call_later(_TICK, self._tick)
        try:
            return await connection.exchange(b"%b%d\r\n\r\n%b" % (self._head, len(body), body), now + self._timeout)
        finally:
            self._busy.discard(connection)
            if connection.reusable:
                connection.idle_since = now
                self._idle.append(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Close every connection."""
        if self._ticker is not None:
            self._ticker.cancel()
        for connection in (*self._idle, *self._busy):
            connection.close()
        self._idle.clear()

    def _reuse(self, now: float) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and now - connection.idle_since < _IDLE:
                return connection
            connection.close()
        return None

    async def _open(self, now: float) -> "_Connection":
        try:
            async with self._opening, asyncio.timeout_at(now + self._timeout):
                _, protocol = await self._loop.create_connection(
                    lambda: _Connection(self._loop), self._host, self._port, ssl=self._trust
                )
        except TimeoutError as error:
            raise NotConnectedError("no connection in time") from error
        except OSError as error:
            raise NotConnectedError(str(error) or type(error).__name__) from error
        return protocol

    def _tick(self) -> None:
        now = self._loop.time()
        for connection in list(self._busy):
            connection.check(now)
        self._ticker = self._loop.call_later(_TICK, self._tick) if self._busy else None


class _Connection(asyncio.Protocol):
    """One connection; at most one exchange at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.reusable = True
        self.idle_since = 0.0
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Reply] | None = None
        self._deadline = 0.0
        self._begin()

    async def exchange(self, request: bytes, deadline: float) -> Reply:
        """Send it; the answer, or what went wrong."""
        self._deadline = deadline
        self._waiter = self._loop.create_future()
        self.reusable = False
        if self._transport is not None:
            self._transport.write(request)
        try:
            return await self._waiter
        finally:
            self._waiter = None

    def check(self, now: float) -> None:
        """Give up what takes too long."""
        if now >= self._deadline:
            self._fail(TimeoutError("timed out"))

    def close(self) -> None:
        """Close it, whatever is under way."""
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    # of asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:  # nobody asked
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(OSError(f"the answer is no HTTP: {error}"))

    def connection_lost(self, error: Exception | None) -> None:
        self.reusable = False
        if self._headed and self._until_end:
            self.on_message_complete()
        else:
            self._fail(error if isinstance(error, OSError) else ConnectionError("the server closed the connection"))

    # of httptools

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name in _WANTED:
            self._headers[name] = value

    def on_headers_complete(self) -> None:
        self._headed = True
        self._until_end = not (self._headers.keys() & _FRAMED)

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        self._body.append(body)
        if self._size > _LARGEST:
            self._fail(OSError(f"the answer is longer than {_LARGEST} bytes"))

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        headers, body = self._headers, self._body
        keep = not self._until_end and self._parser.should_keep_alive()
        self._begin(status)
        if status < _FIRST_FINAL or self._waiter is None or self._waiter.done():
            return
        try:
            whole = _decoded(body[0] if len(body) == 1 else b"".join(body), headers.get(b"content-encoding"))
        except (zlib.error, ValueError) as error:
            self._fail(OSError(f"the answer's encoding: {error}"))
            return
        self.reusable = keep and self._transport is not None and not self._transport.is_closing()
        retry_after = headers.get(b"retry-after")
        self._waiter.set_result(Reply(status, whole, retry_after.decode("latin-1") if retry_after else None))

    def _begin(self, status: int = 0) -> None:
        if not status:
            self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._size = 0
        self._headed = self._until_end = False

    def _fail(self, error: BaseException) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
        self.close()


_FRAMED = {b"content-length", b"transfer-encoding"}
_WANTED = {*_FRAMED, b"retry-after", b"content-encoding"}


def _decoded(body: bytes, encoding: bytes | None) -> bytes:
    """We ask for no compression; some servers know better."""
    if encoding is None or encoding == b"identity" or not body:
        return body
    if encoding not in (b"gzip", b"deflate"):
        raise ValueError(f"{encoding.decode('latin-1')} was not asked for")
    stream = zlib.decompressobj(wbits=47 if encoding == b"gzip" else 15)
    whole = stream.decompress(body, _LARGEST)
    if stream.unconsumed_tail:
        raise ValueError(f"the answer is longer than {_LARGEST} bytes")
    return whole
