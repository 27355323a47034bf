"""A request's body, up to a limit.

A server that answers while the client still sends, and closes, often loses the answer: the client sees a broken
connection and tries again, for ever. So a refusal first takes in the rest, without keeping it.
"""

from collections.abc import AsyncIterator

from fastapi import Request
from starlette.requests import ClientDisconnect

from referee.gateway.errors import Malformed, TooLarge

_DRAINED_AT_MOST = 8
"""Times the limit; who sends more than that gets the broken connection."""


class Body:
    """Read once, or thrown away."""

    def __init__(self, request: Request, limit: int) -> None:
        self._chunks: AsyncIterator[bytes] = request.stream()
        self._limit = limit
        self._size = 0
        self._ended = False

    async def read(self) -> bytes:
        """All of it.

        Raises:
            TooLarge: it is longer than the limit; nothing of it is kept.
        """
        parts = []
        async for chunk in self._counted():
            if self._size > self._limit:
                parts.clear()
                raise TooLarge(f"the body is over {self._limit} bytes: post the result without samples and artifacts")
            parts.append(chunk)
        return b"".join(parts)

    async def drain(self) -> None:
        """Take in what has not been read."""
        try:
            async for _ in self._counted():
                if self._size > _DRAINED_AT_MOST * self._limit:
                    return
        except Malformed:
            return

    async def _counted(self) -> AsyncIterator[bytes]:
        if self._ended:
            return
        try:
            async for chunk in self._chunks:
                self._size += len(chunk)
                yield chunk
        except ClientDisconnect:
            raise Malformed("the body ended before its time") from None
        self._ended = True
