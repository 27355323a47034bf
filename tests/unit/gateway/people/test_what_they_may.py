"""What a person may read: the API server's word, kept for seconds."""

import asyncio
from typing import Any

import pytest

from referee.gateway.errors import NotPermitted, Unauthenticated, Unavailable, Unknown
from referee.gateway.people import People, Person
from referee.runtime.paths import EVALUATION_JOBS, PROVIDERS, Resource
from tests.unit.gateway.people.fake import ACCESS, SELF, PeopleApi, World, bearer

FAULTS: list[dict[str, Any]] = [*({"code": code} for code in (503, 500, 429, 404)), {"kind": "reset"}]


@pytest.fixture
async def ci(people: People, api: PeopleApi, world: World) -> Person:
    world.rights["system:serviceaccount:team-a:ci"] = {
        ("list", "evaluationjobs", "team-a", ""),
        ("get", "evaluationjobs", "team-a", ""),
        ("get", "providers", "team-a", "mine"),
        ("create", "evaluationjobs/results", "team-a", ""),
    }
    person = await people.identify(bearer("ci-token"))
    api.calls.clear()
    return person


async def test_a_right_is_asked_about_once_in_ten_seconds(
    people: People, api: PeopleApi, world: World, ci: Person
) -> None:
    await asyncio.gather(*(people.require(ci, "list", EVALUATION_JOBS) for _ in range(50)))
    await asyncio.sleep(9)
    await people.require(ci, "list", EVALUATION_JOBS)
    assert api.counted() == {ACCESS: 1}

    world.rights.clear()
    await asyncio.sleep(2)

    assert not await people.may(ci, "list", EVALUATION_JOBS)


async def test_what_is_asked_is_the_call_itself(people: People, world: World, ci: Person) -> None:
    await people.may(ci, "create", EVALUATION_JOBS, "results")

    assert world.asked == [
        {
            "verb": "create",
            "group": "referee.dev",
            "version": "v1alpha1",
            "resource": "evaluationjobs",
            "subresource": "results",
            "namespace": "team-a",
            "name": "",
        }
    ]


async def test_fifty_objects_cost_one_question(people: People, api: PeopleApi, ci: Person) -> None:
    for number in range(50):
        await people.require(ci, "get", EVALUATION_JOBS, name=f"job-{number}")

    assert api.counted() == {ACCESS: 1}


async def test_a_right_on_one_object_is_found(people: People, ci: Person) -> None:
    await people.require(ci, "get", PROVIDERS, name="mine")

    with pytest.raises(Unknown):
        await people.require(ci, "get", PROVIDERS, name="other")
    assert not await people.may(ci, "get", PROVIDERS)


async def test_a_right_in_one_namespace_is_none_in_another(people: People, ci: Person) -> None:
    elsewhere = await people.identify(bearer("ci-token", "team-b"))

    assert await people.may(ci, "list", EVALUATION_JOBS)
    assert not await people.may(elsewhere, "list", EVALUATION_JOBS)


async def test_one_persons_right_is_not_anothers(people: People, ci: Person) -> None:
    anna = await people.identify(bearer("anna-token", "team-a"))

    assert await people.may(ci, "list", EVALUATION_JOBS)
    assert not await people.may(anna, "list", EVALUATION_JOBS)


async def test_an_object_that_may_not_be_read_does_not_exist(people: People, ci: Person) -> None:
    with pytest.raises(Unknown, match="no Provider 'p' in namespace team-a that you may read"):
        await people.require(ci, "get", PROVIDERS, name="p")


@pytest.mark.parametrize(
    ("verb", "subresource", "name", "said"),
    [
        ("list", "", "", "cannot list providers.referee.dev in the namespace team-a"),
        ("get", "", "", "cannot get providers.referee.dev in the namespace team-a"),
        ("get", "status", "p", 'cannot get providers/status.referee.dev "p" in the namespace team-a'),
        ("delete", "", "p", 'cannot delete providers.referee.dev "p" in the namespace team-a'),
    ],
)
async def test_a_refusal_says_what_is_missing(
    people: People, ci: Person, verb: str, subresource: str, name: str, said: str
) -> None:
    with pytest.raises(NotPermitted) as refused:
        await people.require(ci, verb, PROVIDERS, subresource, name)
    assert f"user system:serviceaccount:team-a:ci {said}" in refused.value.message


async def test_a_right_that_is_given_counts_after_two_seconds(
    people: People, api: PeopleApi, world: World, ci: Person
) -> None:
    for _ in range(20):
        assert not await people.may(ci, "list", PROVIDERS)
    assert api.counted() == {ACCESS: 1}

    world.rights[ci.user].add(("list", "providers", "team-a", ""))
    await asyncio.sleep(2.1)

    assert await people.may(ci, "list", PROVIDERS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("code", "reset")))
async def test_without_an_answer_nothing_is_refused(
    people: People, api: PeopleApi, ci: Person, fault: dict[str, Any]
) -> None:
    api.fail(**fault)

    with pytest.raises(Unavailable):
        await people.require(ci, "list", EVALUATION_JOBS)
    await people.require(ci, "list", EVALUATION_JOBS)


async def test_a_token_that_ends_meanwhile_is_nobodys_from_then_on(
    people: People, api: PeopleApi, world: World, ci: Person
) -> None:
    del world.users["ci-token"]

    with pytest.raises(Unauthenticated):
        await people.require(ci, "list", EVALUATION_JOBS)
    with pytest.raises(Unauthenticated):
        await people.identify(bearer("ci-token"))
    assert api.counted() == {SELF: 1, ACCESS: 1}


async def test_the_core_group_has_no_name(people: People, ci: Person) -> None:
    with pytest.raises(NotPermitted, match="cannot list pods in the namespace"):
        await people.require(ci, "list", Resource("", "v1", "pods", "Pod"))


async def test_a_persons_calls_carry_their_token(people: People, api: PeopleApi, ci: Person) -> None:
    api.tokens = {"ci-token"}

    made = await people.kube(ci).create(PROVIDERS.all("team-a"), {"metadata": {"name": "p"}, "spec": {}})

    assert made["metadata"]["name"] == "p"
