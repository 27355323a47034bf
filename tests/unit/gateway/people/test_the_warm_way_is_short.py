"""With warm caches a request is identified and permitted without giving up the event loop once."""

from collections.abc import Coroutine
from typing import Any

import pytest

from referee.gateway.people import People
from referee.gateway.people.key_record import Account
from referee.runtime.paths import EVALUATION_JOBS
from tests.unit.gateway.people.fake import PeopleApi, World, bearer


def at_once(work: Coroutine[Any, Any, Any]) -> Any:
    """Its result; fails if it waits for anything."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise AssertionError("it waits for something")


@pytest.mark.parametrize("kind", ["token", "key"])
async def test_nothing_is_waited_for(people: People, api: PeopleApi, world: World, kind: str) -> None:
    world.rights["system:serviceaccount:team-a:ci"] = {("get", "evaluationjobs", "team-a", "")}
    world.accounts[Account("team-a", "ci")] = 1
    headers = bearer("ci-token" if kind == "token" else world.key_of(Account("team-a", "ci")))
    await people.require(await people.identify(headers), "get", EVALUATION_JOBS)
    api.calls.clear()

    person = at_once(people.identify(headers))
    at_once(people.require(person, "get", EVALUATION_JOBS, name="any"))

    assert not api.calls
