"""The fake on a socket: routes, tokens, faults, the log of calls, watches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from referee.runtime.credentials import Credentials
from referee.runtime.paths import (
    COLLECTIONS,
    CONFIG_MAPS,
    EVALUATION_JOBS,
    EVENTS,
    JOBS,
    LEASES,
    PODS,
    PROVIDERS,
    Resource,
    describe,
)
from tests.fakeapi.faults import Fault, Faults
from tests.fakeapi.reading import list_page
from tests.fakeapi.status import ApiFailureError, no_such_resource
from tests.fakeapi.store import Collection, Object, Store
from tests.fakeapi.watching import Watches
from tests.fakeapi.writing import patched

if TYPE_CHECKING:
    from types import TracebackType

SERVED = (EVALUATION_JOBS, PROVIDERS, COLLECTIONS, JOBS, PODS, CONFIG_MAPS, EVENTS, LEASES)
_WITH_STATUS = (EVALUATION_JOBS, PROVIDERS, COLLECTIONS, JOBS, PODS)


@dataclass(frozen=True)
class Call:
    verb: str
    resource: str
    code: int


class FakeApi:
    """`async with FakeApi() as api`: then `api.credentials`, `api.fail(…)`, `api.calls`, `api.watches`."""

    def __init__(self) -> None:
        self.store = Store()
        self.faults = Faults()
        self.calls: list[Call] = []
        self.tokens = {"good"}
        """Accepted bearer tokens."""
        self.token = "good"
        """What the clients made from `credentials` send at this moment."""
        self._collections = {
            resource: Collection(resource.group, resource.plural, resource.kind, resource in _WITH_STATUS)
            for resource in SERVED
        }
        self.watches = Watches(self.store)
        self._runner: web.AppRunner | None = None
        self.credentials = Credentials(server="", token=self._present_token)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4 * 2**20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        self.credentials = Credentials(server=f"http://127.0.0.1:{port}", token=self._present_token)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Go away, as an API server that crashed."""
        self.faults.clear()
        self.watches.cut()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def of(self, resource: Resource) -> Collection:
        return self._collections[resource]

    def add(self, resource: Resource, obj: Object, namespace: str = "ns") -> Object:
        """Create an object behind the clients' back, uncounted."""
        return self.store.create(self.of(resource), namespace, obj)

    def fail(self, code: int = 503, **which: Any) -> Fault:
        return self.faults.add(Fault(code=code, **which))

    def counted(self) -> Counter[tuple[str, str]]:
        return Counter((call.verb, call.resource) for call in self.calls)

    async def _present_token(self) -> str | None:
        return self.token

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        watching = request.query.get("watch") == "true"
        verb, resource = describe(request.method, request.path, watch=watching)
        fault = self.faults.take(verb, resource)
        if fault is not None and (failed := await self._commit(fault, request)) is not None:
            self.calls.append(Call(verb, resource, failed.status))
            return failed
        try:
            self._authenticate(request)
            if watching:
                self.calls.append(Call(verb, resource, 200))
                where, namespace, _, _ = self._route(request.path)
                return await self.watches.serve(request, where, namespace)
            body = await self._answer(request)
            code = 201 if request.method == "POST" else 200
        except ApiFailureError as failure:
            body, code = failure.status, failure.code
        self.calls.append(Call(verb, resource, code))
        if fault is not None and fault.kind == "lose":
            return _reset(request)
        return web.json_response(body, status=code)

    async def _commit(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        match fault.kind:
            case "reset":
                return _reset(request)
            case "hang":
                await fault.released.wait()
                return _reset(request)
            case "lose":
                return None
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        if fault.code == 429:
            # A real one answers in plain text: the request never reached what makes Status objects.
            return web.Response(text="Too many requests, please try again later.", status=429, headers=headers)
        failure = ApiFailureError(
            fault.code, {403: "Forbidden", 401: "Unauthorized"}.get(fault.code, ""), "ordered by a test"
        )
        return web.json_response(failure.status, status=fault.code, headers=headers)

    async def _answer(self, request: web.Request) -> Object:
        where, namespace, name, subresource = self._route(request.path)
        body = await request.json() if request.body_exists else {}
        match request.method:
            case "GET" if name:
                return self.store.get(where, namespace, name)
            case "GET":
                return list_page(self.store, where, namespace, request.query)
            case "POST":
                return self.store.create(where, namespace, body)
            case "PUT":
                return self.store.update(where, namespace, name, body, subresource)
            case "PATCH":
                new = patched(self.store.get(where, namespace, name), body, request.content_type)
                return self.store.update(where, namespace, name, new, subresource)
            case "DELETE":
                return self.store.delete(where, namespace, name, (body.get("preconditions") or {}).get("uid"))
        raise no_such_resource()

    def _authenticate(self, request: web.Request) -> None:
        if request.headers.get("Authorization") not in {f"Bearer {token}" for token in self.tokens}:
            raise ApiFailureError(401, "Unauthorized", "Unauthorized")

    def _route(self, path: str) -> tuple[Collection, str, str, str]:
        """Collection, namespace ("": all), name ("": the collection), subresource."""
        for resource, where in self._collections.items():
            everywhere = resource.all(None)
            if path == everywhere:
                return where, "", "", ""
            root, plural = everywhere.rsplit("/", 1)
            parts = path.removeprefix(f"{root}/namespaces/").split("/")
            if path.startswith(f"{root}/namespaces/") and len(parts) > 1 and parts[1] == plural:
                name, subresource, *_ = [*parts[2:], "", ""]
                return where, parts[0], name, subresource
        raise no_such_resource()


def _reset(request: web.Request) -> web.Response:
    """Break the connection; the response is written to nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
