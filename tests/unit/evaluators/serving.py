"""A model endpoint on loopback whose every answer a test decides; it counts what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]


def chat(text: str | None, *, finish: str = "stop", usage: Json | None = None, **message: Any) -> Json:
    """The body of an answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
    return {"choices": [choice], **({"usage": usage} if usage else {})}


@dataclass
class Asked:
    """One request."""

    number: int
    """From 1, in the order in which they came."""
    body: Any
    path: str
    headers: dict[str, str]
    request: web.Request

    @property
    def question(self) -> str:
        """The last message."""
        text: str = self.body["messages"][-1]["content"]
        return text


Reply = web.StreamResponse | Json | None
"""None: the connection is dropped."""


@dataclass
class ModelServer:
    """What was asked, and what is answered."""

    answer: Callable[[Asked], Reply | Awaitable[Reply]]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        asked = Asked(
            len(self.asked) + 1, json.loads(raw) if raw else None, request.path_qs, dict(request.headers), request
        )
        self.asked.append(asked)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            reply = self.answer(asked)
            if isinstance(reply, Awaitable):
                reply = await reply
        finally:
            self.in_flight -= 1
        if reply is None:
            assert request.transport is not None
            request.transport.abort()
            await asyncio.sleep(0)
            return web.Response()
        return web.json_response(reply) if isinstance(reply, dict) else reply


@asynccontextmanager
async def serving(answer: Callable[[Asked], Reply | Awaitable[Reply]]) -> AsyncIterator[ModelServer]:
    """Serve until the block ends."""
    server = ModelServer(answer)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()
