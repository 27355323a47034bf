"""HTTP as servers really speak it, byte by byte."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from referee_evaluators.endpoint.wire import NotConnectedError, Wire
from tests.unit.evaluators.certificates import self_signed

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], "asyncio.Future[None]"]


@asynccontextmanager
async def speaking(*replies: bytes, trust: ssl.SSLContext | None = None) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that answers request after request with these bytes; b"" closes the connection."""
    heard: list[bytes] = []
    left = list(replies)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while left:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                heard.append(head + await reader.readexactly(length))
                reply = left.pop(0)
                writer.write(reply)
                await writer.drain()
                if not reply or b"connection: close" in reply.lower():
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=trust)
    scheme = "https" if trust else "http"
    try:
        yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/chat?v=1", heard
    finally:
        server.close()


def ok(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def test_what_goes_out() -> None:
    async with speaking(ok(b"yes")) as (url, heard):
        wire = Wire("POST", url, {"X-Team": "a"}, 5)
        assert await wire.exchange("ä".encode()) == (200, b"yes", None)
        wire.close()
    port = url.split(":")[2].split("/")[0]
    expected = f"POST /v1/chat?v=1 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Team: a\r\nContent-Length: 2\r\n\r\nä"
    assert heard == [expected.encode()]


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        (ok(b""), b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", b"abcde"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nold", b"old"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + ok(b"final"), b"final"),
        (ok(gzip.compress(b"packed"), "Content-Encoding: gzip"), b"packed"),
    ],
    ids=["empty", "chunked", "until the connection ends", "HTTP/1.0", "after 100", "gzip"],
)
async def test_what_comes_back(reply: bytes, body: bytes) -> None:
    async with speaking(reply) as (url, _), asyncio.timeout(10):
        wire = Wire("POST", url, {}, 5)
        assert (await wire.exchange(b"")).body == body
        wire.close()


async def test_a_connection_is_used_again_until_the_server_ends_it() -> None:
    replies = [ok(b"1"), ok(b"2"), ok(b"3", "Connection: close"), ok(b"4")]
    connections = 0
    async with speaking(*replies) as (url, _):
        wire = Wire("POST", url, {}, 5)
        opened = wire._open

        async def counted(now: float) -> object:
            nonlocal connections
            connections += 1
            return await opened(now)

        wire._open = counted  # type: ignore[method-assign, assignment]
        bodies = [(await wire.exchange(b"?")).body for _ in replies]
        wire.close()
    assert bodies == [b"1", b"2", b"3", b"4"]
    assert connections == 2


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"", "closed the connection"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhalf", "closed the connection"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "no HTTP"),
        (ok(b"never", "Content-Encoding: br"), "br was not asked for"),
        (ok(b"not packed", "Content-Encoding: gzip"), "encoding"),
    ],
    ids=["nothing", "half", "another protocol", "an encoding unknown", "a false encoding"],
)
async def test_what_is_no_answer(reply: bytes, said: str) -> None:
    async with speaking(reply) as (url, _), asyncio.timeout(10):
        wire = Wire("POST", url, {}, 5)
        with pytest.raises(OSError, match=said):
            await wire.exchange(b"?")
        wire.close()


async def test_nobody_there_is_told_apart() -> None:
    async with speaking() as (url, _):
        pass
    wire = Wire("POST", url, {}, 5)
    with pytest.raises(NotConnectedError):
        await wire.exchange(b"?")
    wire.close()


async def test_a_certificate_is_checked(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate, key)
    known = ssl.create_default_context(cafile=certificate)
    async with speaking(ok(b"safe"), trust=server) as (url, _):
        stranger = Wire("POST", url, {}, 5)
        with pytest.raises(NotConnectedError, match="CERTIFICATE_VERIFY_FAILED"):
            await stranger.exchange(b"?")
        stranger.close()
        wire = Wire("POST", url, {}, 5, known)
        assert (await wire.exchange(b"?")).body == b"safe"
        wire.close()


async def test_a_header_cannot_smuggle_another() -> None:
    with pytest.raises(ValueError, match="line break"):
        Wire("POST", "http://model/v1", {"X-Team": "a\r\nX-Admin: yes"}, 5)
