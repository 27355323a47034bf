"""A request's head, which anybody may send, takes no more memory than it has to."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from referee.gateway.heads import MOST, BoundedHeads


async def _application(scope: Scope, receive: Receive, send: Send) -> None:
    del scope, receive
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(_application, http=BoundedHeads, lifespan="off", log_config=None)
    config.load()
    state = uvicorn.server.ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: BoundedHeads(config, state, {}, loop), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _sent(port: int, *pieces: bytes) -> tuple[bytes, int]:
    """The status line of the answer, and how much was sent until the other side had enough."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = 0
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            sent += len(piece)
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            return (await reader.readline()).strip(), sent
    except ConnectionError:
        return b"", sent
    finally:
        writer.close()


async def test_what_is_usual_is_taken_again_and_again(port: int) -> None:
    request = b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + b"a" * 16_000 + b"\r\n\r\n"

    assert (await _sent(port, *[request] * 10))[0] == b"HTTP/1.1 204 No Content"


async def test_a_body_does_not_count(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (2 * MOST)

    assert (await _sent(port, head, b"b" * (2 * MOST)))[0] == b"HTTP/1.1 204 No Content"


async def test_a_header_that_does_not_end_is_cut_off(port: int) -> None:
    status, sent = await _sent(port, b"GET / HTTP/1.1\r\nX: ", *[b"a" * 65536] * 1000)

    assert status in (b"HTTP/1.1 400 Bad Request", b"")
    assert sent < 1000 * 65536


async def test_headers_without_end_are_cut_off(port: int) -> None:
    status, sent = await _sent(port, b"GET / HTTP/1.1\r\n", *[b"X: a\r\n" * 10_000] * 1000)

    assert status in (b"HTTP/1.1 400 Bad Request", b"")
    assert sent < 1000 * 60_000


async def test_a_whole_head_in_one_piece_that_is_too_long(port: int) -> None:
    status, _ = await _sent(port, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * (MOST + 1) + b"\r\n\r\n")

    assert status == b"HTTP/1.1 400 Bad Request"
