"""A whole gateway in a thread of this process, with the chart's Role and nothing more, over the real API server."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from referee.gateway.server import Gateway
from referee.gateway.settings import GatewaySettings
from referee.runtime.credentials import Credentials, fixed_token
from tests.integration.gateway.people_house import GATEWAY, WRITER, rules
from tests.testbed.cluster import Cluster

_SECONDS = 30


@dataclass(frozen=True)
class Live:
    """A gateway that answers, and somebody who may do everything in its namespace."""

    url: str
    token: str
    """Of a person with all rights over our kinds in the tenant."""
    tenant: str
    gateway: Gateway
    credentials: Credentials
    """The gateway's own."""

    @property
    def headers(self) -> dict[str, str]:
        """Of a plain request of that person."""
        return {"Authorization": f"Bearer {self.token}", "X-Tenant": self.tenant}


@contextmanager
def live_gateway(
    cluster: Cluster, namespace: str, directory: Path, server: Credentials | None = None, **settings: Any
) -> Iterator[Live]:
    """A gateway of one namespace, ready; `server`: what stands in front of the API server."""
    token = cluster.service_account(namespace, GATEWAY, rules("gateway", "gateway-own"))
    person = cluster.service_account(namespace, "person", WRITER)
    credentials = replace(server or cluster.credentials, token=fixed_token(token), namespace=namespace)
    chosen = {"host": "127.0.0.1", "port": 0, "store_url": f"sqlite:///{directory}/store.db", **settings}
    with in_thread(GatewaySettings(**chosen), credentials) as gateway:
        yield Live(f"http://127.0.0.1:{gateway.port}", person, namespace, gateway, credentials)


@contextmanager
def in_thread(settings: GatewaySettings, credentials: Credentials) -> Iterator[Gateway]:
    """A gateway with a loop of its own, from its readiness to its end."""
    made: list[tuple[Gateway, asyncio.AbstractEventLoop]] = []
    failed: list[BaseException] = []

    async def serve() -> None:
        gateway = Gateway(settings, credentials)
        made.append((gateway, asyncio.get_running_loop()))
        await gateway.run()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # noqa: BLE001 - the test's own thread raises it
            failed.append(error)

    thread = threading.Thread(target=run, name="gateway")
    thread.start()
    try:
        deadline = time.monotonic() + _SECONDS
        while not (made and _ready(made[0][0])):
            assert not failed, failed
            assert time.monotonic() < deadline, f"the gateway is not ready after {_SECONDS} s"
            time.sleep(0.02)
        yield made[0][0]
    finally:
        if made:
            made[0][1].call_soon_threadsafe(made[0][0].stop)
        thread.join(_SECONDS)
    assert not failed, failed


def _ready(gateway: Gateway) -> bool:
    if gateway.port is None:
        return False
    return httpx.get(f"http://127.0.0.1:{gateway.port}/readyz", trust_env=False).status_code == httpx.codes.OK
