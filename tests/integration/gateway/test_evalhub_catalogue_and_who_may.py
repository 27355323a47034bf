"""Whose a write to providers and collections is, who may not, and two at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.gateway.evalhub_people import Town
from tests.integration.gateway.people_house import READER, once_written, written_by
from tests.integration.gateway.shared_catalogue import HARNESS, beside_a_catalogue, do, refused
from tests.testbed.cluster import Cluster


@pytest.fixture
async def here(cluster: Cluster, namespace: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with beside_a_catalogue(cluster, namespace, tmp_path) as here:
        yield here


async def test_every_write_is_the_callers_own(here: Town) -> None:
    client = await here.client()
    made = await do(client.providers.create, HARNESS)
    await do(client.providers.update, made.resource.id, HARNESS)
    await do(client.providers.patch, made.resource.id, {"title": "T"})
    await do(client.providers.delete, made.resource.id)

    user = f"system:serviceaccount:{here.namespace}:writer"
    wanted = {(user, verb, "providers") for verb in ("create", "update", "patch", "delete")}
    await once_written(here.cluster, here.namespace, wanted)
    assert {write for write in await written_by(here.cluster, here.namespace) if write[2] == "providers"} == wanted


async def test_who_may_only_read_cannot_write_and_who_may_not_read_sees_nothing(here: Town) -> None:
    writer, reader = await here.client(), await here.client("reader", READER)
    stranger = await here.client("stranger", ())
    made = (await do(writer.providers.create, HARNESS)).resource.id

    assert (await do(reader.providers.get, made)).resource.id == made
    assert await refused(reader.providers.create, HARNESS) == (403, "forbidden")
    assert await refused(reader.providers.patch, made, {"title": "x"}) == (403, "forbidden")
    assert await refused(reader.providers.delete, made) == (403, "forbidden")
    assert await refused(stranger.providers.list) == (403, "forbidden")
    assert await refused(stranger.providers.get, made) == (404, "resource_not_found")
    assert await refused(stranger.providers.delete, made) == (404, "resource_not_found")


async def test_two_who_change_one_provider_at_once_both_get_their_way(here: Town) -> None:
    client = await here.client()
    made = (await do(client.providers.create, HARNESS)).resource.id

    await asyncio.gather(
        *(
            do(client.providers.patch, made, change)
            for change in ({"title": "T"}, {"description": "d"}, {"tags": ["t"]})
        )
    )

    stands = await do(client.providers.get, made)
    assert (stands.title, stands.description, stands.tags) == ("T", "d", ["t"])
