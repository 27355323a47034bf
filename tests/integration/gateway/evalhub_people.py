"""A gateway over a real API server, with a shared catalogue, and people with the published SDK and CLI."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from evalhub import SyncEvalHubClient

from referee.runtime.credentials import Credentials
from tests.integration.gateway.live import live_gateway
from tests.integration.gateway.people_house import GATEWAY, WRITER
from tests.integration.gateway.process import CATALOGUE, READ
from tests.testbed.cluster import Cluster

EVALHUB = Path(sys.executable).parent / "evalhub"


@dataclass(frozen=True)
class Town:
    """Where they meet."""

    cluster: Cluster
    namespace: str
    shared: str
    """The catalogue's namespace."""
    address: str
    http: httpx.AsyncClient
    closing: contextlib.ExitStack

    async def token(self, name: str, rules: Sequence[dict[str, Any]] = WRITER) -> str:
        """Of a ServiceAccount with these rights in the tenant."""
        return await asyncio.to_thread(self.cluster.service_account, self.namespace, name, rules)

    async def client(self, name: str = "writer", rules: Sequence[dict[str, Any]] = WRITER) -> SyncEvalHubClient:
        """The published client; its calls block, so make them beside the loop."""
        return self.client_of(await self.token(name, rules))

    def client_of(self, token: str) -> SyncEvalHubClient:
        """The published client of whoever has this token."""
        client = SyncEvalHubClient(base_url=self.address, auth_token=token, max_retries=0)
        return self.closing.enter_context(client)

    async def cli(self, home: Path, token: str, *words: str) -> tuple[int, str]:
        """The published command: its exit code and all that it printed."""
        config = home / "config.yaml"
        config.write_text(
            yaml.safe_dump(
                {
                    "active_profile": "default",
                    "profiles": {"default": {"base_url": self.address, "token": token, "tenant": self.namespace}},
                }
            )
        )
        child = await asyncio.create_subprocess_exec(
            str(EVALHUB),
            *words,
            env={**os.environ, "EVALHUB_CONFIG": str(config), "COLUMNS": "200", "NO_COLOR": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(child.communicate(), 60)
        return child.returncode or 0, said.decode()

    async def until_listed(self, id_: str, client: SyncEvalHubClient) -> None:
        """Wait until the gateway has seen a provider that somebody else made."""
        async with asyncio.timeout(20):
            while id_ not in [one.resource.id for one in await asyncio.to_thread(client.providers.list)]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def apply(self, namespace: str, document: dict[str, Any]) -> dict[str, Any]:
        """As an administrator's kubectl does."""
        path = f"/apis/referee.dev/v1alpha1/namespaces/{namespace}/{document['kind'].lower()}s"
        body = {"apiVersion": "referee.dev/v1alpha1", **document}
        made: dict[str, Any] = await asyncio.to_thread(self.cluster.api.post, path, body)
        return made


@contextlib.asynccontextmanager
async def town(
    cluster: Cluster, namespace: str, shared: str, directory: Path, server: Credentials | None = None
) -> AsyncIterator[Town]:
    """A gateway that may read the shared namespace; `server`: what stands between it and the API server."""
    await asyncio.to_thread(_let_read, cluster, shared, namespace)
    async with contextlib.AsyncExitStack() as closing:
        live = live_gateway(cluster, namespace, directory, server, catalogue_namespace=shared)
        address = (await asyncio.to_thread(live.__enter__)).url
        closing.push_async_callback(asyncio.to_thread, live.__exit__, None, None, None)
        http = await closing.enter_async_context(httpx.AsyncClient(base_url=address, timeout=30, trust_env=False))
        with contextlib.ExitStack() as clients:
            yield Town(cluster, namespace, shared, address, http, clients)


def _let_read(cluster: Cluster, shared: str, namespace: str) -> None:
    """As the chart's catalogue.yaml."""
    at = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{shared}"
    rule = {"apiGroups": ["referee.dev"], "resources": CATALOGUE, "verbs": READ}
    cluster.api.post(f"{at}/roles", {"metadata": {"name": "catalogue"}, "rules": [rule]})
    cluster.api.post(
        f"{at}/rolebindings",
        {
            "metadata": {"name": "catalogue"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "catalogue"},
            "subjects": [{"kind": "ServiceAccount", "name": GATEWAY, "namespace": namespace}],
        },
    )
