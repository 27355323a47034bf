"""What the measurements stand on: a namespace, an operator in it as users run it, and how it is doing.

The operator is a process of its own with the settings that the chart gives it by default. Its CPU and memory are the
kernel's numbers, its calls those of its own metrics, which count kopf's too.
"""

import asyncio
import os
import re
import secrets
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from referee.runtime.paths import PROVIDERS
from tests.bench import kernel
from tests.bench.client import Client
from tests.bench.manifests import PROVIDER
from tests.integration.operator.running import OperatorProcess, operator_process
from tests.testbed.cluster import Cluster
from tests.testbed.control_plane import free_port

CHART_DEFAULTS = {
    "REFEREE_LEASE_SECONDS": "15",
    "REFEREE_QPS": "500",
    "REFEREE_BURST": "1000",
    "REFEREE_LOG_FORMAT": "json",
    "REFEREE_LOG_LEVEL": "INFO",
}
_SAMPLE = re.compile(
    r'^referee_api_requests_total\{code="\d+",resource="([^"]*)",verb="([^"]*)"\} (\S+)$', re.MULTILINE
)


@dataclass(frozen=True)
class Operator:
    """An operator that leads in one namespace."""

    process: OperatorProcess
    url: str

    @property
    def pid(self) -> int:
        assert self.process.process is not None
        return self.process.process.pid

    def cpu(self) -> float:
        """Seconds of CPU it has used."""
        return kernel.cpu(self.pid)

    def rss(self) -> float:
        """MiB it holds, shared pages of libraries included."""
        return kernel.rss(self.pid)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """It stands still, so that what is applied meanwhile costs neither side of a comparison anything."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    async def calls(self) -> Counter[tuple[str, str]]:
        """Its requests to the API server so far, by verb and resource."""
        found: Counter[tuple[str, str]] = Counter()
        for resource, verb, number in _SAMPLE.findall(await self._get("/metrics")):
            found[verb, resource] += int(float(number))
        return found

    async def settled(self) -> None:
        """Returns when its caches are primed and its lists compared, and nothing is left to do."""
        await kernel.settled(self.pid, f"the operator (its log is {self.process.log})")

    async def _get(self, path: str) -> str:
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as answer:
            answer.raise_for_status()
            return await answer.text()


async def team(client: Client, purpose: str) -> str:
    """A fresh namespace with a provider. It stays: emptying it would keep the server busy for half a minute."""
    namespace = f"bench-{purpose}-{secrets.token_hex(3)}"
    await client.call("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    account = f"/api/v1/namespaces/{namespace}/serviceaccounts/default"
    await until(lambda: client.exists(account), f"the ServiceAccount of {namespace}")
    await client.call("POST", PROVIDERS.all(namespace), PROVIDER)
    return namespace


@asynccontextmanager
async def operating(cluster: Cluster, namespace: str, directory: Path) -> AsyncIterator[Operator]:
    """An operator of the namespace, from the moment that its caches are primed and its workers run."""
    port = free_port("127.0.0.1")
    environment = {**CHART_DEFAULTS, "REFEREE_HEALTH_PORT": str(port), "REFEREE_NAMESPACES": namespace}
    with operator_process(cluster, namespace, directory, name=f"{namespace}-operator", **environment) as process:
        operator = Operator(process, f"http://127.0.0.1:{port}")
        process.start()
        await until(lambda: _leads(operator), f"the operator to lead (its log is {process.log})")
        yield operator


async def _leads(operator: Operator) -> bool:
    try:
        return "\nreferee_leader 1.0" in await operator._get("/metrics")
    except aiohttp.ClientError:
        return False


async def ended(client: Client, path: str) -> None:
    """Returns when the EvaluationJob, or the Job, of this path is over."""

    async def over() -> bool:
        return bool((await client.call("GET", path)).get("status", {}).get("completionTime"))

    await until(over, f"{path} to end")


async def until(look: Callable[[], Awaitable[bool]], what: str, seconds: float = 120.0) -> None:
    """Returns as soon as the look is true."""
    deadline = time.monotonic() + seconds
    while not await look():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        await asyncio.sleep(0.1)
