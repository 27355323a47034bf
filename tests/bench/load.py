"""A load generator that costs little beside what it loads: raw sockets, one loop over epoll, no HTTP library.

Every connection stays open and has one request under way, as a client's has; none is pipelined, which would spare the
servers the very reads and writes that their users cause. An answer is looked at only as far as its status and its end.
A small answer costs it some 30 microseconds, a third of what it costs a client on asyncio's streams. Where a server
takes little more itself, the rate is still in part the generator's; so a server's CPU is told beside its rate.
"""

import re
import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

SILENCE = 60.0
"""Seconds without an answer on any connection after which it is given up."""
_PIECE: Final = 2**18
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)\r\n")
_CHUNKED: Final = b"\r\ntransfer-encoding: chunked\r\n"
_END: Final = b"\r\n\r\n"
_LAST_CHUNK: Final = b"\r\n0\r\n\r\n"


class UnexpectedAnswerError(Exception):
    """A server that answers something else is not measured."""


@dataclass(frozen=True)
class Target:
    """A server, and what each request to it says of its sender."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> tuple[str, int]:
        """To connect to."""
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 80)

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
        """As it goes over the wire."""
        told = {"Host": urlsplit(self.url).netloc, **self.headers, **headers}
        if method == "POST":
            told |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        return "\r\n".join(lines).encode() + _END + body


@dataclass(frozen=True)
class Answer:
    """One answer, whole."""

    status: int
    raw: bytes
    body_at: int

    @property
    def body(self) -> bytes:
        """What comes after the headers; of chunks their sizes, too."""
        return self.raw[self.body_at :]


@dataclass(frozen=True)
class Load:
    """What came of so many requests."""

    seconds: float
    """From the first request to the last answer."""
    waits: list[float]
    """Seconds that each took, in no order."""
    size: float
    """Bytes of an answer with its headers, in the mean."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds


def answer_in(data: bytes | bytearray) -> Answer | None:
    """The answer that these bytes are, None as long as some of them are missing."""
    head_end = data.find(_END)
    if head_end < 0:
        return None
    body_at = head_end + len(_END)
    head = bytes(data[: head_end + 2]).lower()
    if (length := _LENGTH.search(head)) is not None:
        whole = len(data) >= body_at + int(length[1])
    elif _CHUNKED in head:
        # JSON has no line ends of its own, so this is the end wherever it stands
        whole = data.endswith(_LAST_CHUNK)
    else:
        whole = True
    return Answer(int(head[9:12]), bytes(data), body_at) if whole else None


def load(
    target: Target,
    requests: Iterable[bytes],
    connections: int,
    expected: int = 200,
    hear: Callable[[Answer], object] | None = None,
) -> Load:
    """Send these requests over so many connections, each as soon as one is free; `hear` is told each answer."""
    waits: list[float] = []
    size = 0
    with ExitStack() as stack:
        opened = [stack.enter_context(_Connection(target.address)) for _ in range(connections)]
        epoll = stack.enter_context(select.epoll())
        for connection in opened:
            epoll.register(connection.fileno(), select.EPOLLIN)
        left = iter(requests)
        started = ended = time.perf_counter()
        busy = {c.fileno(): c for c in opened if c.send_next(left)}
        while busy:
            if not (events := epoll.poll(SILENCE)):
                raise TimeoutError(f"{target.url} has not answered for {SILENCE:g} s")
            for number, _ in events:
                connection = busy[number]
                if (answer := connection.receive()) is None:
                    continue
                _expected(answer, expected)
                ended = time.perf_counter()
                waits.append(ended - connection.sent)
                size += len(answer.raw)
                if hear is not None:
                    hear(answer)
                if not connection.send_next(left):
                    del busy[number]
                    epoll.unregister(number)
    return Load(ended - started, waits, size / len(waits))


class _Connection:
    """One socket with at most one request under way."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(SILENCE)
        self._data = bytearray()
        self.sent = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def fileno(self) -> int:
        return self._socket.fileno()

    def send_next(self, requests: Iterator[bytes]) -> bool:
        """Whether there was one left."""
        request = next(requests, None)
        if request is None:
            return False
        self.send(request)
        return True

    def send(self, request: bytes) -> None:
        self.sent = time.perf_counter()
        self._socket.sendall(request)

    def receive(self) -> Answer | None:
        """Take what has come; the answer once it is whole."""
        piece = self._socket.recv(_PIECE)
        if not piece:
            raise UnexpectedAnswerError(f"the connection was closed within an answer: {bytes(self._data[:500])!r}")
        self._data += piece
        answer = answer_in(self._data)
        if answer is not None:
            self._data.clear()
        return answer


def _expected(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise UnexpectedAnswerError(f"expected {status}: {answer.raw[:1000].decode(errors='replace')}")
    return answer
