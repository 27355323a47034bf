"""Reading the body of a request, bounded, in both of the ways that HTTP/1.1 frames it.

The standard library's server leaves this to its users and does not know chunks at all; an adapter's HTTP client may
send them, a registry client does.
"""

import re
from collections.abc import Iterator
from email.message import Message
from io import BufferedIOBase

_PIECE = 64 * 1024
_LINE = 256
_TRAILERS = 32
_HEX = re.compile(rb"[0-9A-Fa-f]{1,15}")


class BodyError(Exception):
    """The framing is wrong; the connection cannot be used further."""


class BodyTooLarge(BodyError):  # noqa: N818 - a case, named as its answer is
    """More than is taken."""


def length(headers: Message) -> int | None:
    """How long the body will be, None if it comes in chunks.

    Raises:
        BodyError: the headers do not say, or contradict each other.
    """
    given = headers.get_all("Content-Length", [])
    coding = headers.get("Transfer-Encoding", "").strip().lower()
    if coding:
        if coding != "chunked" or given:
            raise BodyError("the body must be framed by Content-Length or by Transfer-Encoding: chunked")
        return None
    if len(set(given)) > 1 or any(not (value.isascii() and value.isdigit()) for value in given):
        raise BodyError("Content-Length must be one whole number")
    return int(given[0]) if given else 0


def pieces(source: BufferedIOBase, headers: Message, limit: int | None = None) -> Iterator[bytes]:
    """The body, piece by piece.

    Raises:
        BodyTooLarge: it is over `limit` bytes.
        BodyError: it ends early, or its framing is wrong.
    """
    size = length(headers)
    if size is not None:
        if limit is not None and size > limit:
            raise BodyTooLarge(f"the body has {size} bytes; {limit} are taken")
        yield from _exactly(source, size)
        return
    taken = 0
    while size := _chunk_size(source):
        taken += size
        if limit is not None and taken > limit:
            raise BodyTooLarge(f"the body has over {limit} bytes")
        yield from _exactly(source, size)
        if source.readline(_LINE).strip():
            raise BodyError("a chunk is longer than it says")
    for _ in range(_TRAILERS):
        if not source.readline(_LINE).strip():
            return
    raise BodyError("too many trailers")


def _exactly(source: BufferedIOBase, size: int) -> Iterator[bytes]:
    while size:
        piece = source.read(min(size, _PIECE))
        if not piece:
            raise BodyError(f"the body ended {size} bytes early")
        size -= len(piece)
        yield piece


def _chunk_size(source: BufferedIOBase) -> int:
    line = source.readline(_LINE)
    digits = line.partition(b";")[0].strip()
    if not line.endswith(b"\n") or not _HEX.fullmatch(digits):
        raise BodyError(f"a chunk begins with {line[:40]!r} instead of its size")
    return int(digits, 16)
