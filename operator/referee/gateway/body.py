"""A request's body, up to a limit.

A server that answers while the client still sends, and closes, often loses the answer: the client sees a broken
connection and tries again, for ever. So a refusal first takes in the rest, without keeping it.
"""

import asyncio
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.requests import ClientDisconnect

from referee.gateway.errors import Malformed, TooLarge

_DRAINED_AT_MOST = 8
"""Times the limit; who sends more than that gets the broken connection."""
_DRAINED_FOR = 5.0
"""Seconds."""


class Body:
    """Read once, or thrown away."""

    def __init__(
        self, request: Request, limit: int, advice: str = "post results without samples and artifacts"
    ) -> None:
        """Take the limit in bytes, and what to tell who exceeds it."""
        self._chunks = aiter(request.stream())
        self._limit = limit
        self._advice = advice
        self._size = 0

    async def read(self) -> bytes:
        """All of it.

        Raises:
            TooLarge: it is longer than the limit; nothing of it is kept.
            Malformed: it ended before its time.
        """
        return b"".join([chunk async for chunk in self.chunks()])

    async def chunks(self) -> AsyncIterator[bytes]:
        """All of it, as it comes; raises as `read` does, after what was within the limit."""
        try:
            while (chunk := await anext(self._chunks, None)) is not None:
                self._size += len(chunk)
                if self._size > self._limit:
                    raise TooLarge(f"the body is over {self._limit} bytes: {self._advice}")
                yield chunk
        except ClientDisconnect:
            raise Malformed("the body ended before its time", code="invalid_json_request") from None

    async def drain(self) -> None:
        """Take in what has not been read."""
        try:
            async with asyncio.timeout(_DRAINED_FOR):
                while (chunk := await anext(self._chunks, None)) is not None:
                    self._size += len(chunk)
                    if self._size > _DRAINED_AT_MOST * self._limit:
                        return
        except (TimeoutError, ClientDisconnect):
            return
