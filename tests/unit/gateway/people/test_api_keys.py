"""API keys: whose they are, until when, and what is asked of the API server for them."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from referee.gateway.errors import Unauthenticated, Unavailable
from referee.gateway.people import People
from referee.gateway.people.key_record import Account, new_key, record_of
from referee.runtime.paths import PROVIDERS
from tests.unit.gateway.people.fake import SECRET, SELF, TOKEN, PeopleApi, World, bearer

CI = Account("team-a", "ci")
FAULTS: list[dict[str, Any]] = [*({"code": code} for code in (503, 429, 401, 403)), {"kind": "reset"}]


@pytest.fixture(autouse=True)
def account(world: World) -> None:
    world.accounts[CI] = 1


async def test_a_key_is_its_service_account(people: People, api: PeopleApi, world: World) -> None:
    world.rights["system:serviceaccount:team-a:ci"] = {("list", "providers", "team-a", "")}

    person = await people.identify(bearer(world.key_of(CI)))

    assert (person.user, person.tenant) == ("system:serviceaccount:team-a:ci", "team-a")
    await people.require(person, "list", PROVIDERS)
    api.tokens = {"team-a/ci#1"}
    await people.kube(person).create(PROVIDERS.all("team-a"), {"metadata": {"name": "p"}, "spec": {}})


async def test_a_key_may_be_used_for_another_tenant(people: People, world: World) -> None:
    assert (await people.identify(bearer(world.key_of(CI), "team-b"))).tenant == "team-b"


async def test_a_key_in_use_costs_nothing(people: People, api: PeopleApi, world: World) -> None:
    key = world.key_of(CI)
    await asyncio.gather(*(people.identify(bearer(key)) for _ in range(50)))
    assert api.counted() == {SECRET: 1, TOKEN: 1, SELF: 1}

    for _ in range(48):
        await asyncio.sleep(10)
        await people.identify(bearer(key))

    # every 30 s, at 80 % of 600 s, every 10 s
    assert api.counted() == {SECRET: 17, TOKEN: 2, SELF: 49}


@pytest.mark.parametrize("key", ["rfk_", "rfk_x", new_key()], ids=["empty", "short", "another's"])
async def test_a_key_that_nobody_made(people: People, world: World, key: str) -> None:
    world.key_of(CI)

    with pytest.raises(Unauthenticated, match="not known here"):
        await people.identify(bearer(key))


async def test_a_gateway_without_keys_knows_none(people: People) -> None:
    with pytest.raises(Unauthenticated, match="not known here"):
        await people.identify(bearer(new_key()))


async def test_a_key_counts_as_soon_as_it_is_made(people: People, api: PeopleApi, world: World) -> None:
    await people.identify(bearer(world.key_of(CI)))

    await people.identify(bearer(world.key_of(CI)))

    assert api.counted()[SECRET] == 2


async def test_a_key_that_is_revoked_ends_within_half_a_minute(people: People, world: World) -> None:
    key = world.key_of(CI)
    await people.identify(bearer(key))
    world.keys.clear()
    await asyncio.sleep(30)

    with pytest.raises(Unauthenticated, match="revoked"):
        await people.identify(bearer(key))


async def test_a_key_ends_when_it_says(people: People, world: World) -> None:
    over = world.key_of(CI, expires=datetime.now(UTC) - timedelta(seconds=1))
    good = world.key_of(CI, expires=datetime.now(UTC) + timedelta(minutes=1))

    with pytest.raises(Unauthenticated, match="expired at"):
        await people.identify(bearer(over))
    await people.identify(bearer(good))


async def test_a_thousand_unknown_keys_are_a_look_a_second(people: People, api: PeopleApi, world: World) -> None:
    await people.identify(bearer(world.key_of(CI)))
    api.calls.clear()
    started = asyncio.get_running_loop().time()

    refused = await asyncio.gather(*(people.identify(bearer(new_key())) for _ in range(1000)), return_exceptions=True)

    assert all(isinstance(error, Unauthenticated) for error in refused)
    assert api.counted() == {SECRET: 1}
    assert asyncio.get_running_loop().time() - started <= 2


async def test_known_keys_do_not_wait_for_unknown_ones(people: People, world: World) -> None:
    key = world.key_of(CI)
    await people.identify(bearer(key))
    guesses = [asyncio.create_task(people.identify(bearer(new_key()))) for _ in range(100)]
    await asyncio.sleep(0)
    started = asyncio.get_running_loop().time()

    await people.identify(bearer(key))

    assert asyncio.get_running_loop().time() == started
    await asyncio.gather(*guesses, return_exceptions=True)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("code", "reset")))
@pytest.mark.parametrize("asked", [SECRET, TOKEN], ids=["the Secret", "the token"])
async def test_without_an_answer_no_key_is_refused(
    people: People, api: PeopleApi, world: World, fault: dict[str, Any], asked: tuple[str, str]
) -> None:
    """Where the gateway itself is refused, too: its missing right is not the caller's fault."""
    key = world.key_of(CI)
    times = 2 if "kind" in fault and asked == SECRET else 1  # aiohttp repeats a GET once
    api.fail(verb=asked[0], resource=asked[1], times=times, **fault)

    with pytest.raises(Unavailable):
        await people.identify(bearer(key))
    assert (await people.identify(bearer(key))).tenant == "team-a"


async def test_without_an_answer_everybody_who_waits_is_told_at_once(
    people: People, api: PeopleApi, world: World
) -> None:
    key = world.key_of(CI)
    api.fail(resource="secrets", times=100)
    started = asyncio.get_running_loop().time()

    failed = await asyncio.gather(*(people.identify(bearer(key)) for _ in range(50)), return_exceptions=True)

    assert all(isinstance(error, Unavailable) for error in failed)
    assert api.counted() == {SECRET: 1}
    assert asyncio.get_running_loop().time() - started <= 1


async def test_a_gateway_that_may_not_make_the_token_says_what_to_do(
    people: People, api: PeopleApi, world: World
) -> None:
    key = world.key_of(CI)
    api.fail(403, resource="serviceaccounts/token")

    with pytest.raises(Unavailable, match="may not make tokens of the ServiceAccount team-a/ci; `referee api-keys"):
        await people.identify(bearer(key))


async def test_a_key_of_an_account_that_is_gone_is_nobodys(people: People, world: World) -> None:
    key = world.key_of(CI)
    del world.accounts[CI]

    with pytest.raises(Unauthenticated, match="ServiceAccount team-a/ci does not exist"):
        await people.identify(bearer(key))


async def test_an_account_that_is_made_anew_keeps_its_keys(people: People, world: World) -> None:
    key = world.key_of(CI)
    await people.identify(bearer(key))
    world.accounts[CI] = 2
    await asyncio.sleep(10)

    assert (await people.identify(bearer(key))).token == "team-a/ci#2"


ENTRIES = {
    "no base64": "?",
    "no JSON": base64.b64encode(b"secret").decode(),
    "no object": base64.b64encode(b"[]").decode(),
    "nothing in it": base64.b64encode(b"{}").decode(),
    "a time without a zone": base64.b64encode(
        b'{"sha256": "a", "namespace": "n", "serviceAccount": "s", "created": "2026-01-01T00:00:00"}'
    ).decode(),
    "no time": base64.b64encode(
        b'{"sha256": "a", "namespace": "n", "serviceAccount": "s", "created": 5, "expires": null}'
    ).decode(),
}


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
async def test_an_entry_that_is_no_key_harms_no_other(
    people: People, world: World, caplog: pytest.LogCaptureFixture, entry: str
) -> None:
    key = world.key_of(CI)
    world.keys["odd"] = entry

    assert (await people.identify(bearer(key))).tenant == "team-a"
    assert "Secret home/referee-api-keys, entry odd is no API key" in caplog.text


@pytest.mark.parametrize(
    "account",
    [
        Account("team-a", ""),
        Account("team-a", "ci/token?"),
        Account("team-a", ".."),
        Account("team-a", "ci?"),
        Account("team-a", "a" * 254),
        Account("..", "ci"),
        Account("team-a/pods", "ci"),
        Account("team.a", "ci"),
        Account("", "ci"),
    ],
    ids=str,
)
def test_an_entry_names_an_account_that_there_can_be(world: World, account: Account) -> None:
    world.key_of(account)
    (entry,) = world.keys.values()

    with pytest.raises(ValueError, match=r"is no name|is none"):
        record_of(entry)


def test_only_the_hash_is_kept(world: World) -> None:
    key = world.key_of(CI, note="the nightly run")
    (entry,) = world.keys.values()

    record = record_of(entry)

    assert key.startswith("rfk_")
    assert len(base64.urlsafe_b64decode(key.removeprefix("rfk_") + "=")) == 32
    assert key not in base64.b64decode(entry).decode()
    assert (record.account, record.note, record.expires) == (CI, "the nightly run", None)
