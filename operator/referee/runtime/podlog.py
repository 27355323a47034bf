"""Reading a container's log, the one answer of an API server that is text and may go on.

Bytes as they come: who reads splits them, and decides how much to hold.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from referee.runtime.transport import Call, Transport, unreachable


@asynccontextmanager
async def open_log(transport: Transport, call: Call) -> AsyncIterator[AsyncIterator[bytes]]:
    """Open the log, which may be refused, and give its bytes until it ends; both raise ApiError."""
    response = await transport.stream(call)
    try:
        yield _chunks(response, call)
    finally:
        response.close()


async def _chunks(response: aiohttp.ClientResponse, call: Call) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.content.iter_any():
            yield chunk
    except (aiohttp.ClientError, TimeoutError, OSError, RuntimeError) as error:
        # RuntimeError: aiohttp's word for reading from a connection that is closed already.
        raise unreachable(call, error) from error
