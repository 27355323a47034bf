"""An API server that loses its answer, or that others are quicker at, costs the caller of REST nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.fakeapi.proxy import FaultyProxy
from tests.integration.gateway.evalhub_people import Town, town
from tests.integration.gateway.people_house import bearer
from tests.testbed.cluster import Cluster

PROVIDERS = "/api/v1/evaluations/providers"


@pytest.fixture
async def here(cluster: Cluster, namespace: str, tmp_path: Path, proxy: FaultyProxy) -> AsyncIterator[Town]:
    with cluster.namespace() as shared:
        async with town(cluster, namespace, shared, tmp_path, proxy.credentials) as here:
            yield here


@pytest.fixture
async def headers(here: Town) -> dict[str, str]:
    return bearer(await here.token("writer"))


async def names(here: Town, headers: dict[str, str]) -> list[str]:
    return [item["name"] for item in (await here.http.get(PROVIDERS, headers=headers)).json()["items"]]


async def test_a_provider_whose_making_was_not_confirmed_is_found_and_has_no_twin(
    here: Town, headers: dict[str, str], proxy: FaultyProxy
) -> None:
    proxy.fail(verb="create", resource="providers", kind="lose")

    made = await here.http.post(PROVIDERS, json={"name": "once"}, headers=headers)

    assert (made.status_code, made.json()["name"]) == (201, "once"), made.text
    assert await names(here, headers) == ["once"]


async def test_what_was_not_made_is_told_as_something_to_try_again(
    here: Town, headers: dict[str, str], proxy: FaultyProxy
) -> None:
    proxy.fail(verb="create", resource="providers")

    told = await here.http.post(PROVIDERS, json={"name": "later"}, headers=headers)

    assert (told.status_code, told.json()["message_code"]) == (503, "service_unavailable")
    assert await names(here, headers) == []


async def test_a_change_that_somebody_overtook_is_made_to_what_stands_then(
    here: Town, headers: dict[str, str], proxy: FaultyProxy
) -> None:
    made = (await here.http.post(PROVIDERS, json={"name": "n", "tags": ["kept"]}, headers=headers)).json()
    for verb in ("patch", "update"):
        proxy.fail(409, verb=verb, resource="providers")
    address = f"{PROVIDERS}/{made['resource']['id']}"

    patched = await here.http.patch(address, json={"title": "T"}, headers=headers)
    replaced = await here.http.put(address, json={"name": "m", "title": "U"}, headers=headers)

    assert (patched.json()["title"], patched.json()["tags"]) == ("T", ["kept"])
    assert (replaced.status_code, replaced.json()["name"], replaced.json()["title"]) == (httpx.codes.OK, "m", "U")


async def test_a_change_that_is_overtaken_again_and_again_is_a_conflict(
    here: Town, headers: dict[str, str], proxy: FaultyProxy
) -> None:
    made = (await here.http.post(PROVIDERS, json={"name": "n"}, headers=headers)).json()
    proxy.fail(409, verb="patch", resource="providers", times=100)

    told = await here.http.patch(f"{PROVIDERS}/{made['resource']['id']}", json={"title": "T"}, headers=headers)

    assert (told.status_code, told.json()["message_code"]) == (409, "conflict")
