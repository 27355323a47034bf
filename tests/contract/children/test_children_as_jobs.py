"""The port over an API server, here the fake one; tests/integration/gateway has it over a real one."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.children.contract import ChildrenContract, House
from tests.contract.children.fake import FakeIssuer, fake_house


class TestChildrenAsJobs(ChildrenContract):
    """With caches that follow."""

    @pytest.fixture
    async def house(self) -> AsyncIterator[House]:
        async with FakeIssuer() as api, fake_house(api) as house:
            yield house


class TestChildrenAsJobsReadLive(ChildrenContract):
    """With caches that have not been filled yet."""

    @pytest.fixture
    async def house(self) -> AsyncIterator[House]:
        async with FakeIssuer() as api, fake_house(api, watching=False) as house:
            yield house
