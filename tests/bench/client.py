"""A bare aiohttp client of the API server: the peer the operator is compared with, and the hands of the measurements.

It is as quick as Python can be: one session, JSON in and out, no retries, no rate limit. Watches ask for metadata
only, so that watching costs the two cores as little as it can.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp

from referee.runtime.paths import Resource
from tests.testbed.cluster import Cluster

Json = dict[str, Any]

MERGE = "application/merge-patch+json"
METADATA_ONLY = {"Accept": "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"}
LINE_LIMIT = 2**22


class Client:
    """Somebody with a token at an API, over a number of connections."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, cluster: Cluster, connections: int, token: str = "", url: str = ""
    ) -> AsyncIterator["Client"]:
        """A client that holds this many connections at most, watches apart.

        Args:
            cluster: whose API server is asked, by its administrator.
            connections: at most.
            token: of somebody else.
            url: of something else than the API server.
        """
        async with aiohttp.ClientSession(
            url or cluster.server,
            connector=aiohttp.TCPConnector(ssl=cluster.credentials.ssl or True, limit=connections),
            headers={"Authorization": f"Bearer {token or cluster.token}", "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
        ) as session:
            yield cls(session)

    async def call(self, method: str, path: str, body: Json | None = None, kind: str = "application/json") -> Any:
        """One request; ClientResponseError with the server's own message if it is refused."""
        data = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        async with self._session.request(method, path, data=data, headers={"Content-Type": kind}) as answer:
            decoded = json.loads(await answer.read())
            if not answer.ok:
                raise aiohttp.ClientResponseError(
                    answer.request_info, answer.history, status=answer.status, message=str(decoded.get("message"))
                )
            return decoded

    async def exists(self, path: str) -> bool:
        """Whether a GET finds it."""
        try:
            await self.call("GET", path)
        except aiohttp.ClientResponseError as error:
            if error.status == 404:
                return False
            raise
        return True


class Arrivals:
    """When objects were first seen, in a watch of one resource in one namespace."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        """By name, in seconds of `time.perf_counter`."""
        self._more = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def of(cls, cluster: Cluster, resource: Resource, namespace: str) -> AsyncIterator["Arrivals"]:
        """Watch what is created from now on; the server lets a watch live for half an hour."""
        arrivals = cls()
        path = resource.all(namespace)
        async with Client.opened(cluster, 1) as client:
            listed = await client.call("GET", f"{path}?limit=1")
            query = {
                "watch": "true",
                "timeoutSeconds": "3600",
                "resourceVersion": listed["metadata"]["resourceVersion"],
            }
            async with client._session.get(
                path, params=query, headers=METADATA_ONLY, read_bufsize=LINE_LIMIT
            ) as answer:
                reader = asyncio.create_task(arrivals._read(answer))
                try:
                    yield arrivals
                finally:
                    reader.cancel()
                    with suppress(asyncio.CancelledError):
                        await reader

    async def until(self, names: Iterable[str], seconds: float) -> float:
        """When the last of them was seen."""
        wanted = set(names)
        async with asyncio.timeout(seconds):
            while missing := wanted - self.at.keys():  # noqa: F841 - told if the time is over
                self._more.clear()
                await self._more.wait()
        return max(self.at[name] for name in wanted)

    async def _read(self, answer: aiohttp.ClientResponse) -> None:
        async for line in answer.content:
            event = json.loads(line)
            if event["type"] == "ADDED":
                self.at[event["object"]["metadata"]["name"]] = time.perf_counter()
                self._more.set()


async def in_parallel(workers: int, items: Iterable[Any], work: Callable[[Any], Awaitable[Any]]) -> None:
    """Do the work for each item, so many at a time."""
    line = iter(items)

    async def worker() -> None:
        for item in line:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(worker())
