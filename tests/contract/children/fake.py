"""The fake API server with an issuer of tokens, and a gateway's parts in front of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from referee.api.names import ADAPTER_AUDIENCE
from referee.gateway.reporting.jobs import JobChildren, Results
from referee.gateway.reporting.tokens import TokenChecker
from referee.gateway.watched import Watched
from referee.runtime.kube import Kube, Object
from referee.runtime.transport import Transport
from tests.contract.children.cluster import ClusterHouse
from tests.contract.children.signing import ISSUER, Signer
from tests.fakeapi.server import FakeApi

NAMESPACE = "ns"


class FakeIssuer(FakeApi):
    """A fake API server that publishes keys."""

    def __init__(self) -> None:
        super().__init__()
        self.signer = Signer()
        self.keys = [self.signer.jwk]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer for the keys, else as ever."""
        match request.path:
            case "/openid/v1/jwks" if request.headers["Accept"] != "application/jwk-set+json":
                return web.Response(status=406)
            case "/openid/v1/jwks":
                return web.json_response({"keys": self.keys}, content_type="application/jwk-set+json")
            case "/.well-known/openid-configuration":
                return web.json_response({"issuer": ISSUER, "jwks_uri": "https://10.0.0.1:6443/openid/v1/jwks"})
        return await super().serve(request)


class FakeHouse(ClusterHouse):
    """Children on the fake."""

    def __init__(self, kube: Kube, signer: Signer) -> None:
        super().__init__(kube, NAMESPACE, controlled=False)
        self._signer = signer

    async def mint(self, pod: Object) -> str:
        """Sign it ourselves."""
        return self._signer.token(pod)


@asynccontextmanager
async def fake_house(
    api: FakeIssuer, *, watching: bool = True, results: Results | None = None
) -> AsyncIterator[FakeHouse]:
    """Children on the fake; without watching, everything is read live."""
    transport = Transport(api.credentials)
    kube = Kube(transport)
    watched = Watched(kube, [NAMESPACE])
    tasks = [asyncio.create_task(run()) for run in watched.tasks] if watching else []
    if watching:
        await watched.primed()
    children = JobChildren(kube, watched, TokenChecker(kube, ADAPTER_AUDIENCE), results)
    house = FakeHouse(kube, api.signer)
    house.children = children
    yield house
    await children.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await transport.close()
