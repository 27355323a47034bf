"""Whoever follows a log reads as long as they may, and not for ever."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from referee.gateway.errors import Unauthenticated, Unavailable
from referee.runtime.credentials import Credentials, no_token
from referee.runtime.transport import Transport
from tests.unit.gateway.native.entries import Cached, job
from tests.unit.gateway.readers import Surfaces

FOLLOWED = "/api/v1/evaluations/jobs/a/logs?follow=true"
HOURS = 3600.0


@pytest.fixture
async def surfaces() -> AsyncIterator[Surfaces]:
    transport = Transport(Credentials("http://127.0.0.1:1", no_token))
    cached = Cached(transport)
    cached.put(job("a", 1, phase="Suspended"))
    yield Surfaces(cached)
    await transport.close()


async def following(surfaces: Surfaces, seconds: float) -> "asyncio.Task[httpx.Response]":
    """An answer that goes on after so long."""

    async def follow() -> httpx.Response:
        async with surfaces.client() as client:
            return await client.get(FOLLOWED)

    task = asyncio.create_task(follow())
    await asyncio.sleep(seconds)
    assert not task.done()
    return task


async def seconds_until_it_ends(task: "asyncio.Task[httpx.Response]") -> float:
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with asyncio.timeout(24 * HOURS):
        assert (await task).status_code == 200
    return loop.time() - started


@pytest.mark.parametrize("lost", ["pods/log", "evaluationjobs"])
async def test_with_the_rights_of_its_reader(surfaces: Surfaces, lost: str) -> None:
    task = await following(surfaces, 100)

    surfaces.people.refused = {lost}

    assert await seconds_until_it_ends(task) <= 16


async def test_with_the_token_of_its_reader(surfaces: Surfaces) -> None:
    task = await following(surfaces, 100)

    surfaces.people.fault = Unauthenticated("the token is over")

    assert await seconds_until_it_ends(task) <= 16


async def test_not_while_nobody_says_what_its_reader_may(surfaces: Surfaces) -> None:
    task = await following(surfaces, 10)
    surfaces.people.fault = Unavailable("the API server does not answer")
    await asyncio.sleep(100)
    assert not task.done()

    surfaces.people.fault = None
    surfaces.people.refused = {"pods/log"}

    assert await seconds_until_it_ends(task) <= 16


async def test_rights_are_asked_seldom(surfaces: Surfaces) -> None:
    task = await following(surfaces, 151)

    assert surfaces.people.asked.count("pods/log") in (10, 11)
    task.cancel()


async def test_with_the_server_at_once(surfaces: Surfaces) -> None:
    task = await following(surfaces, 10.5)

    surfaces.objects.close()

    assert await seconds_until_it_ends(task) == 0


async def test_after_hours_also_of_a_job_without_an_end(surfaces: Surfaces) -> None:
    task = await following(surfaces, 5.9 * HOURS)

    assert await seconds_until_it_ends(task) <= 0.2 * HOURS
