"""Frames between the adapter and its keeper: a head of fixed size, then that many bytes.

Both ends are ours, and the user's code holds neither, so a frame that is malformed is a bug and not an attack. What a
child sends to its keeper is another thing (`children.py`).
"""

import struct
from typing import NamedTuple

HEAD = struct.Struct("!cQI")
"""Kind, number of the call (0: about the keeper itself), length of the body."""

PROGRAM = b"P"
"""To the keeper: JSON of a program, before the first call of it."""
CALL = b"C"
"""To the keeper: the number of a program (`NUMBER`), then JSON of the arguments."""
READY = b"R"
"""From the keeper, once: JSON of what protects; calls may come now."""
BROKEN = b"B"
"""From the keeper, instead of `READY`: a sentence on why it cannot work."""
ANSWER = b"A"
"""From the keeper: what the child answered, as it came."""
ENDED = b"E"
"""From the keeper: a sentence on how the child ended without an answer that can be used."""

NUMBER = struct.Struct("!I")


class Frame(NamedTuple):
    """One of them."""

    kind: bytes
    call: int
    body: bytes


def pack(kind: bytes, call: int, body: bytes) -> bytes:
    """One frame, as bytes."""
    return HEAD.pack(kind, call, len(body)) + body


class Unpacker:
    """Makes frames of bytes as they arrive."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes; give the frames that are complete by them."""
        self._buffer += data
        frames = []
        start = 0
        while len(self._buffer) - start >= HEAD.size:
            kind, call, length = HEAD.unpack_from(self._buffer, start)
            end = start + HEAD.size + length
            if len(self._buffer) < end:
                break
            frames.append(Frame(kind, call, bytes(self._buffer[start + HEAD.size : end])))
            start = end
        del self._buffer[:start]
        return frames
