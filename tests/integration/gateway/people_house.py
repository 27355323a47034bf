"""A gateway's `People` as the chart installs it: a ServiceAccount with the chart's Roles, over a real API server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from referee.gateway.errors import Unauthenticated
from referee.gateway.people import ApiKeys, People
from referee.runtime.credentials import Credentials, fixed_token
from referee.runtime.kube import Kube
from referee.runtime.transport import Transport
from tests.integration.gateway.process import KINDS, READ
from tests.testbed.cluster import Cluster

FILES = Path(__file__).parents[3] / "charts" / "referee" / "files"
GATEWAY = "referee-gateway"
READER: list[dict[str, Any]] = [{"apiGroups": ["referee.dev"], "resources": KINDS, "verbs": READ}]
WRITER: list[dict[str, Any]] = [
    {"apiGroups": ["referee.dev"], "resources": KINDS, "verbs": [*READ, "create", "update", "patch", "delete"]}
]
JOB: dict[str, Any] = {
    "apiVersion": "referee.dev/v1alpha1",
    "kind": "EvaluationJob",
    "metadata": {"name": "capitals"},
    "spec": {
        "model": {"url": "http://model.example/v1", "name": "m"},
        "benchmarks": [{"provider": "p", "id": "b"}],
    },
}


def rules(*names: str) -> list[Any]:
    """The rules of the chart's Roles."""
    return [rule for name in names for rule in yaml.safe_load((FILES / f"{name}-rules.yaml").read_text())]


def bearer(token: str, tenant: str | None = None) -> dict[str, str]:
    """The headers of a request."""
    return {"authorization": f"Bearer {token}", **({"x-tenant": tenant} if tenant else {})}


@dataclass(frozen=True)
class Neighbourhood:
    """The namespace of a gateway, and the people around it."""

    cluster: Cluster
    namespace: str
    people: People

    async def account(self, name: str, rules: Sequence[dict[str, Any]] = ()) -> str:
        """A token of a ServiceAccount with these rights in the namespace."""
        return await asyncio.to_thread(self.cluster.service_account, self.namespace, name, rules)

    async def until_nobody(self, token: str) -> str:
        """Wait until this token or key counts no more; what is said then."""
        async with asyncio.timeout(30):
            while True:
                try:
                    await self.people.identify(bearer(token))
                except Unauthenticated as refused:
                    return refused.message
                await asyncio.sleep(0.1)

    @property
    def credentials(self) -> Credentials:
        """The gateway's."""
        token = self.cluster.mint_token(self.namespace, GATEWAY)
        return replace(self.cluster.credentials, token=fixed_token(token), namespace=self.namespace)


@asynccontextmanager
async def neighbourhood(cluster: Cluster, namespace: str) -> AsyncIterator[Neighbourhood]:
    """Install a gateway's account and let it meet people."""
    make = cluster.service_account
    token = await asyncio.to_thread(make, namespace, GATEWAY, rules("gateway", "gateway-own"))
    ours = replace(cluster.credentials, token=fixed_token(token), namespace=namespace)
    transport = Transport(ours)
    kube = Kube(transport)
    yield Neighbourhood(cluster, namespace, People(kube, (namespace, "default").__contains__, ApiKeys(kube, namespace)))
    await transport.close()


async def written_by(cluster: Cluster, namespace: str) -> set[tuple[str, str, str]]:
    """(user, verb, resource) of each write in the namespace; the log is written a moment after the answer."""
    found = set()
    for user, event in await asyncio.to_thread(cluster.audited):
        about = event.get("objectRef", {})
        if about.get("namespace") == namespace and event["verb"] in {"create", "update", "patch", "delete"}:
            what = "/".join(filter(None, (about["resource"], about.get("subresource"))))
            found.add((user, event["verb"], what))
    return found


async def once_written(cluster: Cluster, namespace: str, wanted: set[tuple[str, str, str]]) -> None:
    """Wait until the audit log has all of these."""
    async with asyncio.timeout(10):
        while not wanted <= await written_by(cluster, namespace):  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.05)
