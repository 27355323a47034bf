"""`children` in memory, and `client`, which talks to an application over them without a socket; on virtual time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import httpx
import pytest

from referee.gateway.app import create_app
from referee.gateway.reporting.events import EventLimits
from tests.contract.children.cluster import ClusterHouse
from tests.contract.children.fake import FakeIssuer, fake_house
from tests.unit.gateway.memory import MemoryChildren
from tests.unit.gateway.posting import client_of
from tests.unit.runtime.virtual_time import VirtualTimeLoop


@pytest.hookimpl
def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"virtual": VirtualTimeLoop}


@pytest.fixture
def children() -> MemoryChildren:
    return MemoryChildren()


@pytest.fixture
async def client(children: MemoryChildren) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_app(children, limits=EventLimits(body_bytes=100_000))) as client:
        yield client


@pytest.fixture
async def api() -> AsyncIterator[FakeIssuer]:
    async with FakeIssuer() as api:
        yield api


@pytest.fixture(params=[True, False], ids=["watching", "not watching yet"])
async def house(api: FakeIssuer, request: pytest.FixtureRequest) -> AsyncIterator[ClusterHouse]:
    """Children on a fake API server, each test once with caches and once without."""
    async with fake_house(api, watching=request.param) as house:
        yield house
