"""A real API server behind a proxy that fails: 503 and nothing acknowledged, and then nothing lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from referee.gateway.app import create_app
from referee.gateway.reporting.events import EventLimits
from tests.contract.children.contract import OTHER, RESULT
from tests.fakeapi.proxy import FaultyProxy
from tests.integration.gateway.house import RealHouse, gateway_parts
from tests.integration.gateway.posting import post

Client = httpx.AsyncClient
PATCH: dict[str, Any] = {"verb": "patch", "resource": "jobs"}


@pytest.fixture
async def house(bare: RealHouse, proxy: FaultyProxy) -> AsyncIterator[RealHouse]:
    async with gateway_parts(bare, proxy.credentials):
        yield bare


@pytest.fixture
async def client(house: RealHouse) -> AsyncIterator[Client]:
    app = create_app(house.children, limits=EventLimits(seconds=1.0))
    async with Client(transport=httpx.ASGITransport(app=app), base_url="http://gateway") as client:
        yield client


@pytest.mark.parametrize("fault", [{"code": 500}, {"code": 429}, {"kind": "reset"}, {"kind": "hang"}])
async def test_a_result_that_cannot_be_kept_is_to_be_posted_again(
    house: RealHouse, client: Client, proxy: FaultyProxy, fault: dict[str, Any]
) -> None:
    child = await house.start(0)
    proxy.fail(**PATCH, **fault)

    refused = await post(client, child.credential, referee={"result": RESULT})
    kept = (await house.kept(child)).result
    again = await post(client, child.credential, referee={"result": RESULT})

    assert (refused.status_code, kept) == (503, None)
    assert int(refused.headers["Retry-After"]) >= 1
    assert again.status_code == 204
    assert (await house.kept(child)).result == RESULT


async def test_a_result_whose_answer_is_lost_is_kept_once(house: RealHouse, client: Client, proxy: FaultyProxy) -> None:
    child = await house.start(0)
    proxy.fail(kind="lose", **PATCH)

    answers = [await post(client, child.credential, referee={"result": result}) for result in (RESULT, RESULT, OTHER)]

    assert [answer.status_code for answer in answers] == [503, 204, 409]
    assert (await house.kept(child)).result == RESULT


async def test_while_the_api_server_is_away_nobody_is_refused(
    house: RealHouse, client: Client, proxy: FaultyProxy
) -> None:
    known = await house.start(0)
    await house.children.identify(known.credential)
    await proxy.stop()
    unseen = await house.start(1)

    answers = await asyncio.gather(
        post(client, known.credential, referee={"result": RESULT}),
        post(client, unseen.credential, 1, referee={"result": RESULT}),
        post(client, known.credential, job="rivers", referee={"result": RESULT}),
    )

    assert [answer.status_code for answer in answers] == [503, 503, 503]
