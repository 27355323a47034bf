"""Everything under this folder runs on virtual time: hours pass in milliseconds."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from referee.runtime.kube import Kube
from referee.runtime.transport import Transport
from tests.fakeapi.server import FakeApi
from tests.unit.runtime.virtual_time import VirtualTimeLoop


@pytest.hookimpl
def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"virtual": VirtualTimeLoop}


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    async with FakeApi() as server:
        yield server


@pytest.fixture
async def transport(api: FakeApi) -> AsyncIterator[Transport]:
    transport = Transport(api.credentials)
    yield transport
    await transport.close()


@pytest.fixture
def kube(transport: Transport) -> Kube:
    return Kube(transport)


@pytest.fixture
async def clock() -> Callable[[], float]:
    return asyncio.get_running_loop().time
