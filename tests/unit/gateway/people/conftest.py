"""`api`, a fake API server with people, and `people`, the port over it, which serves team-a, team-b and home."""

from collections.abc import AsyncIterator

import pytest

from referee.gateway.people import ApiKeys, People
from referee.runtime.kube import Kube
from referee.runtime.transport import Transport
from tests.unit.gateway.people.fake import PeopleApi, World

SERVED = ("team-a", "team-b", "home")


@pytest.fixture
async def api() -> AsyncIterator[PeopleApi]:
    async with PeopleApi() as api:
        yield api


@pytest.fixture
def world(api: PeopleApi) -> World:
    """Anna, a person, and ci, the pipeline of team-a."""
    api.world.users = {"anna-token": "anna", "ci-token": "system:serviceaccount:team-a:ci"}
    return api.world


@pytest.fixture
async def people(api: PeopleApi) -> AsyncIterator[People]:
    transport = Transport(api.credentials)
    kube = Kube(transport)
    yield People(kube, SERVED.__contains__, ApiKeys(kube, "home"))
    await transport.close()
