"""What the port to the API server does when that misbehaves; how it behaves is in tests/integration."""

import asyncio
from collections.abc import Callable

import pytest

from referee.runtime.errors import (
    ApiError,
    Conflict,
    Forbidden,
    Invalid,
    Rejected,
    ServerUnavailable,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from referee.runtime.kube import Kube
from referee.runtime.paths import PROVIDERS
from referee.runtime.ratelimit import TokenBucket
from referee.runtime.transport import Transport, TransportSettings
from tests.fakeapi.server import FakeApi

ONE = PROVIDERS.one("ns", "p")
PROVIDER = {"metadata": {"name": "p"}}


REFUSALS: dict[int, type[ApiError]] = {
    400: Rejected,
    401: Unauthorized,
    403: Forbidden,
    409: Conflict,
    422: Invalid,
    429: TooManyRequests,
    500: ServerUnavailable,
    503: ServerUnavailable,
    504: ServerUnavailable,
}


@pytest.mark.parametrize("code", REFUSALS)
async def test_each_refusal_is_its_own_error_and_names_the_call(code: int, api: FakeApi, kube: Kube) -> None:
    api.fail(code)

    with pytest.raises(ApiError, match=f"^GET {ONE}: {code} ?[A-Za-z]*: (ordered by a test|Too many)") as caught:
        await kube.get(ONE)
    assert type(caught.value) is REFUSALS[code]
    assert caught.value.code == code


def test_only_what_can_change_by_itself_or_by_an_administrator_is_tried_again() -> None:
    assert {code for code, kind in REFUSALS.items() if not kind.retry} == {400, 422}


async def test_a_server_that_is_not_there_is_unreachable(api: FakeApi, kube: Kube) -> None:
    await api.stop()

    with pytest.raises(Unreachable, match=f"GET {ONE}: no answer: .*Connect") as caught:
        await kube.get(ONE)
    assert caught.value.retry


async def test_a_connection_that_breaks_during_a_write_is_unreachable_and_not_repeated(
    api: FakeApi, kube: Kube
) -> None:
    api.fail(verb="create", kind="lose")

    with pytest.raises(Unreachable):
        await kube.create(PROVIDERS.all("ns"), PROVIDER)
    assert api.counted() == {("create", "providers"): 1}
    assert (await kube.get(ONE))["metadata"]["name"] == "p", "it was done all the same"


async def test_a_call_without_an_answer_ends_after_the_timeout(api: FakeApi, clock: Callable[[], float]) -> None:
    transport = Transport(api.credentials, TransportSettings(request_timeout=30))
    api.fail(kind="hang")
    start = clock()

    with pytest.raises(Unreachable, match="Timeout"):
        await Kube(transport).get(ONE)
    assert 29 <= clock() - start <= 31
    await transport.close()


async def test_a_silent_watch_ends(api: FakeApi, clock: Callable[[], float]) -> None:
    transport = Transport(api.credentials, TransportSettings(watch_silence=90))
    start = clock()

    async with Kube(transport).watch(PROVIDERS.all("ns"), "100", seconds=3600) as events:
        with pytest.raises(Unreachable, match="Timeout"):
            await anext(events)
    assert 89 <= clock() - start <= 91
    await transport.close()


async def test_a_replaced_token_is_used_from_the_next_call_on(api: FakeApi, kube: Kube) -> None:
    api.tokens = {"new"}
    with pytest.raises(Unauthorized):
        await anext(aiter(kube.list(PROVIDERS.all("ns"))))

    api.token = "new"

    assert [obj async for obj in kube.list(PROVIDERS.all("ns"))] == []


async def test_acting_as_a_person_sends_that_persons_token(api: FakeApi, kube: Kube) -> None:
    api.tokens = {"good", "anna"}
    await kube.acting_as("anna").create(PROVIDERS.all("ns"), PROVIDER)

    with pytest.raises(Unauthorized):
        await kube.acting_as("mallory").get(ONE)


async def test_kopf_closing_its_session_leaves_ours_alone(api: FakeApi, transport: Transport, kube: Kube) -> None:
    await kube.create(PROVIDERS.all("ns"), PROVIDER)
    theirs = transport.fresh_session()
    async with theirs.get(f"{api.credentials.server}{ONE}") as answer:
        assert answer.status == 200, "the token is put on their requests too"
    await theirs.close()

    assert (await kube.get(ONE))["metadata"]["name"] == "p"


async def test_no_more_calls_than_allowed_are_under_way_at_once(api: FakeApi) -> None:
    transport = Transport(api.credentials, TransportSettings(parallel=3))
    kube = Kube(transport)
    faults = [api.fail(verb="get", kind="hang") for _ in range(10)]
    calls = [asyncio.create_task(kube.get(ONE)) for _ in range(10)]
    await asyncio.sleep(1)

    assert [fault.times for fault in faults].count(0) == 3
    api.faults.clear()
    await asyncio.gather(*calls, return_exceptions=True)
    await transport.close()


async def test_writes_wait_for_the_rate_limit_and_reads_do_not(
    transport: Transport, clock: Callable[[], float]
) -> None:
    kube = Kube(transport, limiter=TokenBucket(qps=1, burst=2))
    start = clock()
    for number in range(5):
        await kube.create(PROVIDERS.all("ns"), {"metadata": {"name": f"p{number}"}})
        await kube.get(PROVIDERS.one("ns", f"p{number}"))

    assert 3 <= clock() - start < 3.2


async def test_a_busy_server_holds_all_our_writes_off(
    api: FakeApi, transport: Transport, clock: Callable[[], float]
) -> None:
    kube = Kube(transport, limiter=TokenBucket(qps=100, burst=100))
    api.fail(429, verb="create", retry_after=7)
    with pytest.raises(TooManyRequests, match="Too many requests") as caught:
        await kube.create(PROVIDERS.all("ns"), PROVIDER)
    assert caught.value.retry_after == 7
    start = clock()

    await kube.create(PROVIDERS.all("ns"), PROVIDER)

    assert 7 <= clock() - start < 7.2


async def test_the_lease_is_asked_after_the_wait_and_not_before(transport: Transport) -> None:
    held = True

    def gate() -> None:
        if not held:
            raise PermissionError

    kube = Kube(transport, limiter=TokenBucket(qps=0.1, burst=1), before_write=gate)
    await kube.create(PROVIDERS.all("ns"), PROVIDER)
    waiting = asyncio.create_task(kube.delete(ONE))
    await asyncio.sleep(5)
    held = False

    with pytest.raises(PermissionError):
        await waiting


async def test_questions_are_neither_limited_nor_guarded(transport: Transport) -> None:
    def gate() -> None:
        raise PermissionError

    kube = Kube(transport, limiter=TokenBucket(qps=0.001, burst=1), before_write=gate)

    for _ in range(3):
        assert await kube.ask(PROVIDERS.all("ns"), {"metadata": {"generateName": "q-"}})
