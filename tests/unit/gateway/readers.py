"""The surfaces for people over a cache that a test fills: anybody may read, until the test says no."""

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, cast

import httpx
from fastapi import FastAPI

from referee.gateway.answers import install
from referee.gateway.logs.router import logs_router
from referee.gateway.native.jobs import jobs_router
from referee.gateway.people import People, Person
from referee.gateway.results.router import results_router
from referee.runtime.kube import Kube
from referee.runtime.paths import Resource
from tests.unit.gateway.native.entries import NAMESPACE, Cached

if TYPE_CHECKING:
    from referee.gateway.errors import Refusal
    from referee.gateway.services import Services


class Anybody(People):
    """People of whom nobody is asked who they are."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        """Plurals, or plurals and subresources, that may not be read any more."""
        self.fault: Refusal | None = None
        """Raised instead of an answer about rights."""
        self.asked: list[str] = []

    async def identify(self, _: object) -> Person:
        return Person("somebody", (), "token", NAMESPACE)

    async def may(self, _: Person, __: str, resource: Resource, subresource: str = "", name: str = "") -> bool:  # noqa: ARG002
        what = "/".join(filter(None, (resource.plural, subresource)))
        self.asked.append(what)
        if self.fault is not None:
            raise self.fault
        return what not in self.refused


class Nothing:
    """A store, and a collector, of no logs."""

    def __init__(self) -> None:
        self.logs = self
        self.results = self.samples = None

    def pods(self, _: object) -> list[Any]:
        return []

    async def settled(self, *_: object) -> None:
        """Nothing is being kept."""

    async def read(self, *_: object) -> AsyncIterator[Any]:
        nothing: tuple[Any, ...] = ()
        for piece in nothing:
            yield piece


class Surfaces:
    """Logs, results and custom resources over one cache; also what stands behind them."""

    def __init__(
        self, cached: Cached, kube: Kube | None = None, unprimed: Callable[[], str | None] = lambda: None
    ) -> None:
        self.people = Anybody()
        self.objects = cached.objects
        self.objects.unprimed = unprimed  # type: ignore[method-assign]
        self.kube = kube
        self.store = self.collector = Nothing()

    def client(self) -> httpx.AsyncClient:
        services = cast("Services", self)
        app = FastAPI()
        install(app)
        for router in (logs_router(services), results_router(services), jobs_router(services)):
            app.include_router(router)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")
