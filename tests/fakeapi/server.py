"""The fake: an API server of dictionaries behind the front."""

from typing import Self

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
)
from tests.fakeapi.collection import Collection, Object
from tests.fakeapi.front import Front
from tests.fakeapi.reading import list_page
from tests.fakeapi.status import ApiFailureError, no_such_resource
from tests.fakeapi.store import Store
from tests.fakeapi.watching import Watches
from tests.fakeapi.writing import patched

SERVED = (EVALUATION_JOBS, PROVIDERS, COLLECTIONS, JOBS, PODS, CONFIG_MAPS, EVENTS, LEASES)
_WITH_STATUS = (EVALUATION_JOBS, PROVIDERS, COLLECTIONS, JOBS, PODS)


class FakeApi(Front):
    """`async with FakeApi() as api`: then `api.credentials`, `api.fail(…)`, `api.calls`, `api.watches`."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store()
        self.watches = Watches(self.store)
        self.tokens = {"good"}
        """Accepted bearer tokens."""
        self.token = "good"
        """What the clients made from `credentials` send at this moment."""
        self.credentials = Credentials(server="", token=self._present_token)
        self._collections = {
            resource: Collection(resource.group, resource.plural, resource.kind, resource in _WITH_STATUS)
            for resource in SERVED
        }

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.credentials = Credentials(server=self.url, token=self._present_token)
        return self

    async def stop(self) -> None:
        self.watches.cut()
        await super().stop()

    def of(self, resource: Resource) -> Collection:
        return self._collections[resource]

    def add(self, resource: Resource, obj: Object, namespace: str = "ns") -> Object:
        """Create an object behind the clients' back, uncounted."""
        return self.store.create(self.of(resource), namespace, obj)

    async def _present_token(self) -> str | None:
        return self.token

    async def serve(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authenticate(request)
            body, code = await self._answer(request), 201 if request.method == "POST" else 200
        except ApiFailureError as failure:
            body, code = failure.status, failure.code
        return web.json_response(body, status=code)

    async def follow(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authenticate(request)
            where, namespace, _, _ = self._route(request.path)
        except ApiFailureError as failure:
            return web.json_response(failure.status, status=failure.code)
        return await self.watches.serve(request, where, namespace)

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
