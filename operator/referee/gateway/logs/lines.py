"""Lines as a kubelet gives them with `timestamps=true`, and the last so many bytes of them.

A line without a timestamp is no line of the container's: a kubelet's remark about a file that is gone. It goes with the
line before it; without one it is nothing.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
"""In microseconds, in which moments are counted here."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a container."""

    at: int
    """When, by the node's clock, in microseconds since 1970."""
    text: str
    """With its timestamp."""

    @property
    def said(self) -> str:
        """Without it."""
        stamp, _, rest = self.text.partition(" ")
        return rest if _moment(stamp) is not None else self.text


def parse(text: str) -> list[Line]:
    """The lines of a log; never back in time, whatever a node's clock did."""
    return list(_parsed(text))


def _parsed(text: str) -> Iterator[Line]:
    latest: int | None = None
    for line in text.split("\n"):
        if not line:
            continue
        at = _moment(line.partition(" ")[0])
        if at is None and latest is None:
            continue
        latest = max(latest or 0, at or 0)
        yield Line(latest, line)


def _moment(stamp: str) -> int | None:
    if len(stamp) < len("2026-01-01T00:00:00Z") or not stamp[:4].isdecimal():
        return None
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return None if moment.tzinfo is None else (moment - _EPOCH) // _MICROSECOND


def moment_of(when: datetime) -> int:
    """In the same count."""
    return (when - _EPOCH) // _MICROSECOND


def instant(second: int) -> str:
    """A second since 1970 as the API takes it."""
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")


def remarked(text: str, left_out: int) -> str:
    """With a line, as old as the first that is there, that says how much is missing before it."""
    if not left_out:
        return text
    stamp = text.partition(" ")[0]
    at = f"{stamp} " if _moment(stamp) is not None else ""
    return f"{at}[{left_out} bytes of the log before this line are left out]\n{text}"


@dataclass(frozen=True, slots=True)
class LogText:
    """What is kept of a log."""

    text: str
    left_out: int
    """Bytes before it."""


class Tail:
    """The last whole lines of what is fed, within a number of bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lines: deque[bytes] = deque()
        self._size = 0
        self._left_out = 0
        self._rest = bytearray()

    @property
    def read(self) -> int:
        """How many bytes were fed."""
        return self._left_out + self._size + len(self._rest)

    def feed(self, chunk: bytes) -> None:
        """Take bytes in."""
        self._rest += chunk
        if b"\n" in chunk:
            *whole, rest = self._rest.split(b"\n")
            for line in whole:
                self._add(bytes(line))
            self._rest = bytearray(rest)
        elif len(self._rest) > self._limit:
            self._left_out += len(self._rest)
            self._rest = bytearray()  # longer than all that is kept: no line of ours

    def text(self, *, ended: bool) -> LogText:
        """What is kept; a line without its end only of a log that has ended."""
        lines = [*self._lines, *([bytes(self._rest)] if ended and self._rest else [])]
        return LogText("".join(f"{line.decode(errors='replace')}\n" for line in lines), self._left_out)

    def _add(self, line: bytes) -> None:
        self._lines.append(line)
        self._size += len(line) + 1
        while self._size > self._limit:
            gone = len(self._lines.popleft()) + 1
            self._size -= gone
            self._left_out += gone
