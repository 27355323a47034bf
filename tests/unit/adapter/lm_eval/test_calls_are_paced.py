"""Calls to the model keep to the rate, wait as long as asked, and can be stopped at any moment."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from referee_adapter import Execution, Failure, Retry
from referee_lm_eval.endpoint import Call, Endpoint, Outcome, Target
from referee_lm_eval.troubles import CallError

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]
QUICK = Retry(max_retries=2, initial_delay_seconds=0.001, max_delay_seconds=0.2, jitter=False)


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    runners = []

    async def start(handler: Handler) -> str:
        app = web.Application()
        app.router.add_post("/ask", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}/ask"

    yield start
    for runner in runners:
        await runner.cleanup()


def calls(count: int) -> list[Call]:
    def call(number: int) -> Call:
        return Call(lambda: {"number": number}, lambda answer: [answer["number"]])

    return [call(number) for number in range(count)]


async def ask(endpoint: Endpoint, count: int) -> list[Outcome | None]:
    return await endpoint.ask_all(calls(count), lambda _: None)


async def echo(request: web.Request) -> web.Response:
    return web.json_response(await request.json())


async def test_answers_keep_their_places(serve: Serve) -> None:
    endpoint = Endpoint(Target(await serve(echo), {}, 5), Execution(batch_size=7))

    assert await ask(endpoint, 50) == [[number] for number in range(50)]


async def test_the_rate_is_kept(serve: Serve) -> None:
    arrivals = []

    async def note(request: web.Request) -> web.Response:
        arrivals.append(asyncio.get_running_loop().time())
        return await echo(request)

    endpoint = Endpoint(Target(await serve(note), {}, 5), Execution(batch_size=10, requests_per_minute=60 / 0.05))

    await ask(endpoint, 7)

    assert arrivals[-1] - arrivals[0] >= 6 * 0.05 - 0.02


async def test_a_server_is_given_the_time_that_it_asks_for(serve: Serve) -> None:
    arrivals = []

    async def busy(request: web.Request) -> web.Response:
        arrivals.append(asyncio.get_running_loop().time())
        return await echo(request) if len(arrivals) > 1 else web.Response(status=429, headers={"Retry-After": "60"})

    endpoint = Endpoint(Target(await serve(busy), {}, 5), Execution(retry=QUICK))

    await ask(endpoint, 1)

    assert arrivals[1] - arrivals[0] >= QUICK.max_delay_seconds - 0.01  # and not the whole minute


async def test_a_slow_answer_is_lost_when_its_time_is_over(serve: Serve) -> None:
    async def sleep(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    endpoint = Endpoint(Target(await serve(sleep), {}, 0.05), Execution(retry=Retry(max_retries=0)))

    (outcome,) = await ask(endpoint, 1)

    assert isinstance(outcome, CallError)
    assert (outcome.message, outcome.cause) == ("timed out", "infrastructure")


async def test_stopping_lets_go_of_what_is_under_way(serve: Serve) -> None:
    held = asyncio.Event()

    async def hold_the_third(request: web.Request) -> web.Response:
        if (await request.json())["number"] == 2:
            held.set()
            await asyncio.sleep(30)
        return await echo(request)

    endpoint = Endpoint(Target(await serve(hold_the_third), {}, 60), Execution(batch_size=1))
    asking = asyncio.ensure_future(ask(endpoint, 5))
    await held.wait()

    endpoint.stop()

    assert await asyncio.wait_for(asking, 5) == [[0], [1], None, None, None]
    assert await ask(endpoint, 2) == [None, None]


async def test_a_streak_of_lost_calls_ends_the_run_though_there_were_answers(serve: Serve) -> None:
    async def dies(request: web.Request) -> web.Response:
        return await echo(request) if (await request.json())["number"] < 20 else web.Response(status=502)

    endpoint = Endpoint(Target(await serve(dies), {}, 5), Execution(batch_size=2, retry=QUICK))

    with pytest.raises(Failure, match="10 calls lost in a row, each tried 3 times") as caught:
        await ask(endpoint, 1000)
    assert (caught.value.reason, caught.value.retryable) == ("ModelUnreachable", True)


async def test_scattered_losses_do_not_end_it(serve: Serve) -> None:
    async def flaky(request: web.Request) -> web.Response:
        return web.Response(status=400) if (await request.json())["number"] % 3 else await echo(request)

    endpoint = Endpoint(Target(await serve(flaky), {}, 5), Execution(batch_size=2, retry=QUICK))

    outcomes = await ask(endpoint, 60)

    assert sum(isinstance(outcome, CallError) for outcome in outcomes) == 40
