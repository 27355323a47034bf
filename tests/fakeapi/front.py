"""What the fake and the proxy share: the socket, the faults, the log of calls."""

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from referee.runtime.paths import describe
from tests.fakeapi.faults import Fault, Faults, commit, reset


@dataclass(frozen=True)
class Call:
    verb: str
    resource: str
    code: int


class Front(ABC):
    """`async with …`, then `url`, `fail(…)`, `calls`."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.calls: list[Call] = []
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4 * 2**20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Go away, as an API server that crashed."""
        self.faults.clear()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def fail(self, code: int = 503, **which: Any) -> Fault:
        """Let coming requests fail; see `Fault` for which and how."""
        return self.faults.add(Fault(code=code, **which))

    def counted(self) -> Counter[tuple[str, str]]:
        """How often which verb was used on which resource."""
        return Counter((call.verb, call.resource) for call in self.calls)

    @abstractmethod
    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer a request that no fault hits."""

    @abstractmethod
    async def follow(self, request: web.Request) -> web.StreamResponse:
        """Answer a watch that no fault hits."""

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        watching = request.query.get("watch") == "true"
        verb, resource = describe(request.method, request.path, watch=watching)
        fault = self.faults.take(verb, resource)
        if fault is not None and fault.kind != "lose":
            answer: web.StreamResponse = await commit(fault, request)
        elif watching:
            # Counted when it begins: nobody wants to wait for its end.
            self.calls.append(Call(verb, resource, 200))
            return await self.follow(request)
        else:
            answer = await self.serve(request)
        self.calls.append(Call(verb, resource, answer.status))
        return answer if fault is None or fault.kind != "lose" else reset(request)
