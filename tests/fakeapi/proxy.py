"""A proxy in front of a real API server that counts every call and commits faults: truth with trouble.

For whole programs under faults: their client is built from `credentials`, everything else is the real server's.
"""

import asyncio
import json
from typing import Any, Self

import aiohttp
from aiohttp import web

from referee.runtime.credentials import Credentials
from tests.fakeapi.collection import Object
from tests.fakeapi.front import Front

_PASSED_ON = ("Authorization", "Content-Type", "Accept")


class FaultyProxy(Front):
    """`async with FaultyProxy(real) as proxy`: then `proxy.credentials`, `proxy.fail(…)`, `proxy.calls`."""

    def __init__(self, real: Credentials) -> None:
        super().__init__()
        self._real = real
        self._session: aiohttp.ClientSession | None = None
        self._open: set[asyncio.Queue[bytes | None]] = set()
        self.credentials = Credentials(server="", token=real.token, namespace=real.namespace)

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=0, ssl=self._real.ssl or True)
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None))
        await super().__aenter__()
        self.credentials = Credentials(server=self.url, token=self._real.token, namespace=self._real.namespace)
        return self

    async def stop(self) -> None:
        self.cut_watches()
        await super().stop()
        if self._session is not None:
            await self._session.close()

    @property
    def open_watches(self) -> int:
        return len(self._open)

    def cut_watches(self) -> None:
        """End all watches, as a restart of the API server does."""
        for lines in self._open:
            lines.put_nowait(None)

    def tell_watches(self, kind: str, obj: Object) -> None:
        """Send a line of our own on all watches: an ERROR, mostly."""
        for lines in self._open:
            lines.put_nowait(json.dumps({"type": kind, "object": obj}).encode() + b"\n")

    async def serve(self, request: web.Request) -> web.StreamResponse:
        async with self._forward(request, await request.read()) as answer:
            headers = {name: answer.headers[name] for name in ("Content-Type", "Retry-After") if name in answer.headers}
            return web.Response(body=await answer.read(), status=answer.status, headers=headers)

    async def follow(self, request: web.Request) -> web.StreamResponse:
        async with self._forward(request, b"") as answer:
            response = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
            await response.prepare(request)
            lines: asyncio.Queue[bytes | None] = asyncio.Queue()
            self._open.add(lines)
            reader = asyncio.create_task(_read(answer, lines))
            try:
                while (line := await lines.get()) is not None:
                    await response.write(line)
            except ConnectionError:
                pass
            finally:
                self._open.discard(lines)
                reader.cancel()
                # Without goodbyes: the answer to one in TLS may come after the test's loop is gone.
                if answer.connection is not None and answer.connection.transport is not None:
                    answer.connection.transport.abort()
            return response

    def _forward(self, request: web.Request, body: bytes) -> Any:
        assert self._session is not None
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        url = f"{self._real.server}{request.path_qs}"
        return self._session.request(request.method, url, data=body or None, headers=headers)


async def _read(answer: aiohttp.ClientResponse, lines: asyncio.Queue[bytes | None]) -> None:
    """Whole lines only, so that one of ours does not end up in the middle of one of theirs."""
    rest = b""
    try:
        async for chunk in answer.content.iter_any():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                lines.put_nowait(line + b"\n")
    except aiohttp.ClientError:
        pass
    lines.put_nowait(None)
