"""Long answers, sent as they are read.

Once an answer has begun there is no status left to say that the store fell silent: the connection breaks off, which no
client takes for the end. Until the first part is there a refusal is still possible.
"""

from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import TypeVar

from fastapi import Response
from fastapi.responses import StreamingResponse

from referee.gateway.errors import Malformed, Unavailable
from referee.store import StoreUnavailable, Unstorable

T = TypeVar("T")

JSON_LINES = "application/jsonl"
_PART = 64 * 1024
"""Bytes sent at once."""


async def begun(parts: AsyncIterator[bytes], kind: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer, once the store has answered for the first time.

    Raises:
        Unavailable: it did not.
        Malformed: what was asked for cannot be.
    """
    joined = _joined(parts)
    first = await answered(anext(joined, b""))

    async def all_of_it() -> AsyncIterator[bytes]:
        yield first
        async for part in joined:
            yield part

    return StreamingResponse(all_of_it(), media_type=kind, headers=dict(headers or {}))


async def answered(asked: Awaitable[T]) -> T:
    """What the store says.

    Raises:
        Unavailable: nothing.
        Malformed: what was asked for cannot be.
    """
    try:
        return await asked
    except StoreUnavailable as error:
        raise Unavailable(f"the results store did not answer: {error}") from error
    except Unstorable as error:
        raise Malformed(str(error)) from error


async def _joined(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Small parts together: each that is sent costs as much as reading some dozens."""
    held: list[bytes] = []
    size = 0
    async for part in parts:
        held.append(part)
        size += len(part)
        if size >= _PART:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
