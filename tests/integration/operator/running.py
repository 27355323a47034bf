"""An operator in the test's own process, with the Role that the chart gives it and nothing more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from referee.app import Operator
from referee.runtime.credentials import Credentials, fixed_token
from referee.settings import Settings
from tests.testbed.cluster import Cluster

FILES = Path(__file__).parents[3] / "charts" / "referee" / "files"
SETTINGS = Settings(health_port=0, lease_seconds=3, gateway_url="http://127.0.0.1:1")


def rules(*names: str) -> list[Any]:
    """The rules of the chart's Roles."""
    return [rule for name in names for rule in yaml.safe_load((FILES / f"{name}-rules.yaml").read_text())]


def operator_credentials(cluster: Cluster, namespace: str) -> Credentials:
    """As the chart's ServiceAccount in this namespace."""
    token = cluster.service_account(namespace, "operator", rules("operator", "operator-own"))
    return Credentials(cluster.server, fixed_token(token), cluster.credentials.ssl, namespace)


@asynccontextmanager
async def running(cluster: Cluster, namespace: str, **settings: Any) -> AsyncIterator[Operator]:
    """An operator of one namespace that leads."""
    credentials = await asyncio.to_thread(operator_credentials, cluster, namespace)
    operator = Operator(replace(SETTINGS, **settings), credentials)
    task = asyncio.create_task(operator.run())
    leads = asyncio.create_task(operator.ready.wait())
    await asyncio.wait({task, leads}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
    if not leads.done():
        leads.cancel()
        operator.stop()
        await task
        raise TimeoutError("the operator does not lead after 20 s")
    try:
        yield operator
    finally:
        operator.stop()
        assert await task is None
