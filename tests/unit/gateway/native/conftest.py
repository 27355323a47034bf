"""`cached`: what a gateway has seen, to be filled by a test."""

from collections.abc import AsyncIterator

import pytest

from referee.runtime.credentials import Credentials, no_token
from referee.runtime.transport import Transport
from tests.unit.gateway.native.entries import Cached


@pytest.fixture
async def cached() -> AsyncIterator[Cached]:
    transport = Transport(Credentials("http://127.0.0.1:1", no_token))
    yield Cached(transport)
    await transport.close()
