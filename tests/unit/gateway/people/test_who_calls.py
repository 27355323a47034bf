"""Who a request is from, for which tenant, and what is asked of the API server for it."""

import asyncio
import time
from typing import Any

import pytest

from referee.gateway.errors import Malformed, NotPermitted, Refusal, Unauthenticated, Unavailable
from referee.gateway.people import People
from referee.runtime.kube import Kube
from referee.runtime.paths import EVALUATION_JOBS
from referee.runtime.transport import Transport
from tests.unit.gateway.people.fake import ACCESS, SELF, PeopleApi, World, bearer, jwt_saying

FAULTS: list[dict[str, Any]] = [*({"code": code} for code in (503, 500, 429, 404)), {"kind": "reset"}]


pytestmark = pytest.mark.usefixtures("world")


@pytest.mark.parametrize(
    ("headers", "user", "tenant"),
    [
        pytest.param(bearer("anna-token", "team-b"), "anna", "team-b", id="a person"),
        pytest.param(bearer("ci-token"), "system:serviceaccount:team-a:ci", "team-a", id="a ServiceAccount at home"),
        pytest.param(bearer("ci-token", "team-b"), "system:serviceaccount:team-a:ci", "team-b", id="and elsewhere"),
        pytest.param(
            {"authorization": "bEaReR  anna-token ", "x-tenant": "team-a"}, "anna", "team-a", id="loosely written"
        ),
    ],
)
async def test_a_token_is_somebody(people: People, headers: dict[str, str], user: str, tenant: str) -> None:
    person = await people.identify(headers)

    assert (person.user, person.tenant) == (user, tenant)
    assert person.token not in repr(person)


NO_TENANT = "missing_tenant_header"
INVALID = "request_validation_failed"
REFUSED = {
    "no header": ({}, Unauthenticated, "unauthorized", "no credential"),
    "another scheme": ({"authorization": "Basic anna-token"}, Unauthenticated, "unauthorized", "no credential"),
    "an empty token": ({"authorization": "Bearer "}, Unauthenticated, "unauthorized", "no credential"),
    "a word beside it": ({"authorization": "Bearer a b"}, Unauthenticated, "unauthorized", "visible ASCII"),
    "not ASCII": ({"authorization": "Bearer ü"}, Unauthenticated, "unauthorized", "visible ASCII"),
    "endless": ({"authorization": f"Bearer {'x' * 16385}"}, Unauthenticated, "unauthorized", "more than 16384"),
    "nobody's": (bearer("mallory", "team-a"), Unauthenticated, "unauthorized", "does not accept"),
    "no tenant": (bearer("anna-token"), Malformed, NO_TENANT, "X-Tenant is missing"),
    "an empty tenant": ({**bearer("anna-token"), "x-tenant": ""}, Malformed, NO_TENANT, "X-Tenant is missing"),
    "a path": (bearer("anna-token", "../kube-system"), Malformed, INVALID, "no namespace"),
    "two labels": (bearer("anna-token", "team.a"), Malformed, INVALID, "no namespace"),
    "capitals": (bearer("anna-token", "Team-A"), Malformed, INVALID, "no namespace"),
    "a line end": (bearer("anna-token", "team-a\n"), Malformed, INVALID, "no namespace"),
    "too long": (bearer("anna-token", "a" * 64), Malformed, INVALID, "no namespace"),
    "not served": (bearer("anna-token", "team-c"), NotPermitted, "forbidden", "does not serve the namespace team-c"),
}


@pytest.mark.parametrize(("headers", "kind", "code", "said"), REFUSED.values(), ids=REFUSED)
async def test_a_request_is_refused(
    people: People, headers: dict[str, str], kind: type[Refusal], code: str, said: str
) -> None:
    with pytest.raises(kind, match=said) as refused:
        await people.identify(headers)
    assert refused.value.message_code == code


async def test_a_home_that_is_not_served_is_named(people: People, world: World) -> None:
    world.users["t"] = "system:serviceaccount:team-c:ci"

    with pytest.raises(NotPermitted, match="the namespace of system:serviceaccount:team-c:ci: this gateway does not"):
        await people.identify(bearer("t"))


async def test_a_token_is_asked_about_once_in_ten_seconds(people: People, api: PeopleApi) -> None:
    await asyncio.gather(*(people.identify(bearer("ci-token")) for _ in range(50)))
    await asyncio.sleep(9)
    await people.identify(bearer("ci-token", "team-b"))

    assert api.counted() == {SELF: 1}

    await asyncio.sleep(2)
    await people.identify(bearer("ci-token"))

    assert api.counted() == {SELF: 2}


async def test_a_token_that_is_taken_back_ends_within_ten_seconds(people: People, world: World) -> None:
    await people.identify(bearer("ci-token"))
    del world.users["ci-token"]
    await asyncio.sleep(10.1)

    with pytest.raises(Unauthenticated):
        await people.identify(bearer("ci-token"))


async def test_nobodys_token_is_asked_about_once_in_two_seconds(people: People, api: PeopleApi, world: World) -> None:
    for _ in range(20):
        with pytest.raises(Unauthenticated):
            await people.identify(bearer("mallory"))
    assert api.counted() == {SELF: 1}

    world.users["mallory"] = "system:serviceaccount:team-a:mallory"
    await asyncio.sleep(2.1)

    assert (await people.identify(bearer("mallory"))).tenant == "team-a"


async def test_a_token_counts_no_longer_than_it_says_itself(people: People, world: World) -> None:
    token = jwt_saying(exp=time.time() + 4)
    world.users[token] = "system:serviceaccount:team-a:ci"
    await people.identify(bearer(token))
    del world.users[token]
    await asyncio.sleep(4.1)

    with pytest.raises(Unauthenticated):
        await people.identify(bearer(token))


@pytest.mark.parametrize("audience", ["referee-adapter", ["https://kubernetes.default.svc", "referee-adapter"]])
async def test_an_adapters_token_is_nobodys(people: People, api: PeopleApi, world: World, audience: object) -> None:
    token = jwt_saying(aud=audience)
    world.users[token] = "system:serviceaccount:team-a:default"

    with pytest.raises(Unauthenticated, match="adapter's"):
        await people.identify(bearer(token))
    assert not api.calls


@pytest.mark.parametrize("token", ["a.b.c", "..", f"a.{'W' * 4000}.c", "a.e30.c", "a.W10.c", "a.bnVsbA.c"])
async def test_what_only_looks_like_a_jwt_may_be_a_token(people: People, world: World, token: str) -> None:
    world.users[token] = "anna"

    assert (await people.identify(bearer(token, "team-a"))).user == "anna"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("code", "reset")))
async def test_without_an_answer_nobody_is_refused(people: People, api: PeopleApi, fault: dict[str, Any]) -> None:
    api.fail(**fault)

    with pytest.raises(Unavailable):
        await people.identify(bearer("ci-token"))
    assert (await people.identify(bearer("ci-token"))).user.endswith(":ci")


async def test_the_api_servers_wish_to_wait_is_passed_on(people: People, api: PeopleApi) -> None:
    api.fail(429, retry_after=7)

    with pytest.raises(Unavailable) as refused:
        await people.identify(bearer("ci-token"))
    assert refused.value.retry_after == 7


async def test_an_api_server_that_is_silent_is_not_waited_for_long(people: People, api: PeopleApi) -> None:
    api.fail(kind="hang", times=50)
    started = asyncio.get_running_loop().time()

    failed = await asyncio.gather(
        *(people.identify(bearer(f"token-{number}")) for number in range(40)), return_exceptions=True
    )

    assert all(isinstance(error, Unavailable) for error in failed)
    assert asyncio.get_running_loop().time() - started < 11


async def test_tokens_that_nobody_knows_leave_room_for_other_calls(api: PeopleApi) -> None:
    transport = Transport(api.credentials)
    kube = Kube(transport)
    people = People(kube, lambda _: True)
    api.fail(kind="hang", resource="selfsubjectreviews", times=100)
    flood = [asyncio.create_task(people.identify(bearer(f"token-{number}"))) for number in range(100)]
    await asyncio.sleep(1)

    async with asyncio.timeout(1):
        await anext(aiter(kube.list(EVALUATION_JOBS.all("team-a"))), None)

    assert all(isinstance(error, Unavailable) for error in await asyncio.gather(*flood, return_exceptions=True))
    await transport.close()


async def test_whoever_may_not_ask_is_told_so(people: People, api: PeopleApi) -> None:
    """A cluster without system:basic-user."""
    api.fail(403, resource="selfsubjectreviews")

    with pytest.raises(NotPermitted):
        await people.identify(bearer("ci-token"))
    assert ACCESS not in api.counted()


async def test_a_key_where_none_are_taken_is_refused(api: PeopleApi) -> None:
    transport = Transport(api.credentials)

    with pytest.raises(Unauthenticated, match="not taken here"):
        await People(Kube(transport), lambda _: True).identify(bearer("rfk_x"))
    assert not api.calls
    await transport.close()
