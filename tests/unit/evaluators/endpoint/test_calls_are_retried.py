"""What may pass is tried again, as long as the server asks for; what cannot is not."""

import asyncio
import time
from typing import Any

import pytest
from aiohttp import web

from referee_adapter import Retry
from referee_evaluators.types import CallError
from tests.unit.evaluators.endpoint.asking import QUESTION, asking
from tests.unit.evaluators.serving import Asked, Reply, chat, serving


def refused(status: int, **headers: str) -> web.Response:
    return web.json_response({"error": {"message": "not now"}}, status=status, headers=headers)


@pytest.mark.parametrize(
    "trouble",
    [
        lambda: refused(429),
        lambda: refused(500),
        lambda: refused(408),
        lambda: None,
        lambda: web.Response(text="<html>"),
    ],
    ids=["429", "500", "408", "dropped", "garbage"],
)
async def test_what_may_pass_is_tried_again(trouble: Any) -> None:
    def answer(asked: Asked) -> Reply:
        return trouble() if asked.number == 1 else chat("Paris")

    async with serving(answer) as model, asking(model.url) as (endpoint, ledger):
        assert (await endpoint.ask(QUESTION, "1")).text == "Paris"
        assert len(model.asked) == ledger.accounts[0].requests == 2


async def test_the_server_says_how_long_to_wait() -> None:
    times: list[float] = []

    def answer(asked: Asked) -> Reply:
        times.append(time.monotonic())
        return refused(429, **{"Retry-After": "1"}) if asked.number == 1 else chat("Paris")

    async with serving(answer) as model, asking(model.url) as (endpoint, _):
        await endpoint.ask(QUESTION, "1")
    assert 1 <= times[1] - times[0] < 3


async def test_a_wait_is_no_longer_than_the_job_allows() -> None:
    def answer(asked: Asked) -> Reply:
        return refused(429, **{"Retry-After": "3600"}) if asked.number == 1 else chat("Paris")

    retry = Retry(max_retries=1, initial_delay_seconds=0.01, max_delay_seconds=0.2)
    async with serving(answer) as model, asking(model.url, retry=retry) as (endpoint, _), asyncio.timeout(10):
        assert (await endpoint.ask(QUESTION, "1")).text == "Paris"


async def test_retries_end() -> None:
    async with serving(lambda _: refused(503)) as model, asking(model.url) as (endpoint, _):
        with pytest.raises(CallError, match="status 503: not now") as caught:
            await endpoint.ask(QUESTION, "1")
        assert caught.value.cause == "infrastructure"
        assert len(model.asked) == 3


async def test_a_request_that_the_server_calls_wrong_is_not_repeated() -> None:
    async with serving(lambda _: refused(422)) as model, asking(model.url) as (endpoint, _):
        with pytest.raises(CallError) as caught:
            await endpoint.ask(QUESTION, "1")
        assert caught.value.cause == "model"
        assert len(model.asked) == 1


async def test_an_answer_that_does_not_come_is_given_up() -> None:
    async def never(_: Asked) -> Reply:
        await asyncio.sleep(60)
        return chat("late")

    async with (
        serving(never) as model,
        asking(model.url, retry=Retry(max_retries=0), timeout_seconds=0.3) as (asked, _),
    ):
        started = time.monotonic()
        with pytest.raises(CallError, match="timed out") as caught:
            await asked.ask(QUESTION, "1")
        assert caught.value.cause == "infrastructure"
        assert time.monotonic() - started < 3


async def test_after_complaints_the_server_is_asked_more_slowly() -> None:
    limit = 20

    def answer(asked: Asked) -> Reply:
        return refused(429) if limit < asked.number <= limit + 4 else chat("Paris")

    retry = Retry(max_retries=5, initial_delay_seconds=0.01)
    async with serving(answer) as model, asking(model.url, retry=retry) as (endpoint, _):
        answers = await asyncio.gather(*(endpoint.ask(QUESTION, str(i)) for i in range(limit + 4)))
        assert {found.text for found in answers} == {"Paris"}
        assert endpoint.pace.rate > 0


async def test_a_ceiling_spaces_the_calls() -> None:
    times: list[float] = []

    def answer(_: Asked) -> Reply:
        times.append(time.monotonic())
        return chat("Paris")

    async with serving(answer) as model, asking(model.url, requests_per_minute=1200) as (endpoint, _):
        await asyncio.gather(*(endpoint.ask(QUESTION, str(i)) for i in range(11)))
    assert times[-1] - times[0] >= 0.45
