"""The host that an adapter reports to, and the model that it asks: both on loopback, both as a scenario says.

The events endpoint reads bodies with the gateway's own reader, so that what is called valid here is what a gateway
takes. The model is an OpenAI-compatible server without a model: it is asked only whether it was asked.
"""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from referee.conformance.scenarios import Scenario
from referee.conformance.transcript import Post
from referee.gateway.errors import Malformed
from referee.gateway.reporting.wire import parse

_EVENT_BYTES = 10 * 1024 * 1024
_ANSWER = "4"


class Host:
    """An events endpoint and a model for one scenario; an async context manager."""

    def __init__(self, scenario: Scenario, slow_seconds: float, moved: Callable[[], None] = lambda: None) -> None:
        """Take what to play, how slow slow is, and whom to tell when the adapter did something."""
        self._scenario = scenario
        self._slow_seconds = slow_seconds
        self._moved = moved
        self._started = time.monotonic()
        self._faults = scenario.terminal_faults
        self._closing = asyncio.Event()
        self.posts: list[Post] = []
        self.model_calls = 0
        app = web.Application(client_max_size=_EVENT_BYTES)
        app.router.add_post("/api/v1/evaluations/jobs/{job}/events", self._event)
        app.router.add_get("/v1/models", self._models)
        app.router.add_route("*", "/v1/{call:.*}", self._model)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._runner.cleanup()

    def start_clock(self) -> None:
        """The adapter starts now."""
        self._started = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the adapter was started."""
        return time.monotonic() - self._started

    async def _event(self, request: web.Request) -> web.Response:
        raw = await request.read()
        event, problem = None, ""
        try:
            event = parse(raw)
        except Malformed as error:
            problem = error.message
        if self._scenario.slow:
            await asyncio.sleep(self._slow_seconds)
        post = Post(0, request.path, raw, 0, event, problem)
        status = self._answer(post)
        self.posts.append(Post(self.elapsed, request.path, raw, status, event, problem))
        self._moved()
        return web.Response(status=status)

    def _answer(self, post: Post) -> int:
        if self._scenario.refused:
            return self._scenario.refused
        if post.problem:
            return Malformed.status
        if not post.terminal:
            return 503 if self._scenario.running_fails else 204
        if self._faults:
            self._faults -= 1
            return 503
        return 204

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "model", "object": "model"}]})

    async def _model(self, request: web.Request) -> web.Response:
        self.model_calls += 1
        self._moved()
        if self._scenario.model == "refuses":
            said = {"message": "invalid api key", "type": "invalid_request_error", "code": "invalid_api_key"}
            return web.json_response({"error": said}, status=401)
        if self._scenario.model == "hangs":
            await self._closing.wait()
        chat = request.path.endswith("/chat/completions")
        choice: dict[str, Any] = {"index": 0, "finish_reason": "stop"}
        choice |= {"message": {"role": "assistant", "content": _ANSWER}} if chat else {"text": _ANSWER}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        kind = "chat.completion" if chat else "text_completion"
        return web.json_response({"id": "1", "object": kind, "model": "model", "choices": [choice], "usage": usage})
