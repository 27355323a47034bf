"""An API server that fails, hangs or loses answers: nothing is acknowledged that is not kept, nothing kept is lost."""

import asyncio
from typing import Any

import pytest

from referee.api import names
from referee.core.children import Progress
from referee.gateway.errors import Standing, Unavailable
from referee.runtime.paths import JOBS
from tests.contract.children.cluster import ClusterHouse
from tests.contract.children.contract import OTHER, PARTIAL, RESULT, Kept
from tests.contract.children.fake import FakeIssuer
from tests.unit.runtime.virtual_time import until

PATCH: dict[str, Any] = {"verb": "patch", "resource": "jobs"}
FAULTS: dict[str, dict[str, Any]] = {
    "500": {"code": 500},
    "503": {"code": 503},
    "busy": {"code": 429, "retry_after": 3},
    "no right": {"code": 403},
    "no longer known": {"code": 401},
    "conflict": {"code": 409},
    "connection broken": {"kind": "reset"},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_what_is_not_kept_is_not_acknowledged(
    house: ClusterHouse, api: FakeIssuer, fault: dict[str, Any]
) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    for put in (house.children.put_result, house.children.put_partial):
        api.fail(**PATCH, **fault)

        with pytest.raises(Unavailable):
            await put(caller, RESULT)

        assert await house.kept(child) == Kept(None, None, None)
    await house.children.put_result(caller, RESULT)
    assert (await house.kept(child)).result == RESULT


async def test_an_api_server_asks_for_patience_and_gets_it(house: ClusterHouse, api: FakeIssuer) -> None:
    caller = await house.children.identify((await house.start(0)).credential)
    api.fail(429, retry_after=3, **PATCH)

    with pytest.raises(Unavailable) as refusal:
        await house.children.put_result(caller, RESULT)

    assert refusal.value.retry_after == 3


async def test_a_result_whose_answer_was_lost_is_kept_once(house: ClusterHouse, api: FakeIssuer) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    api.fail(kind="lose", **PATCH)

    with pytest.raises(Unavailable):
        await house.children.put_result(caller, RESULT)
    await house.children.put_result(caller, RESULT)
    with pytest.raises(Standing):
        await house.children.put_result(caller, OTHER)

    assert (await house.kept(child)).result == RESULT


async def test_a_refused_patch_that_cannot_be_looked_into_is_undecided(house: ClusterHouse, api: FakeIssuer) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    # behind the gateway's back, so that its cache, if any, is a moment late
    patch = house.kube.json_patch(
        JOBS.one("ns", child.name),
        [{"op": "add", "path": "/metadata/annotations/referee.dev~1result", "value": '{"status":"Failed"}'}],
    )
    api.fail(500, verb="get", resource="jobs", times=1)
    await patch

    with pytest.raises((Unavailable, Standing)):
        await house.children.put_result(caller, RESULT)


async def test_a_child_whose_annotations_were_taken_away_is_undecided(house: ClusterHouse) -> None:
    """Somebody broke the object; the adapter goes on trying, and its termination message is the second way."""
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    await house.kube.merge_patch(JOBS.one("ns", child.name), {"metadata": {"annotations": None}})

    with pytest.raises(Unavailable):
        await house.children.put_result(caller, RESULT)


async def test_a_result_of_another_hand_stands(house: ClusterHouse) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    await house.kube.merge_patch(
        JOBS.one("ns", child.name), {"metadata": {"annotations": {names.ANNOTATION_RESULT: "not even JSON"}}}
    )

    for put in (house.children.put_result, house.children.put_partial):
        with pytest.raises(Standing):
            await put(caller, RESULT)


@pytest.mark.parametrize("document", [RESULT, PARTIAL], ids=["a result", "a partial"])
async def test_a_child_that_is_told_to_stop_takes_what_it_has(house: ClusterHouse, document: dict[str, Any]) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    await house.kube.merge_patch(JOBS.one("ns", child.name), {"spec": {"activeDeadlineSeconds": 1}})

    await house.children.put_partial(caller, document)
    await house.children.put_result(caller, document)

    assert await house.kept(child) == Kept(document, document, None)


async def test_a_child_that_is_over_takes_nothing(house: ClusterHouse) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    job = await house.kube.get(JOBS.one("ns", child.name))
    await house.set_status(JOBS, job, {"conditions": [{"type": "Failed", "status": "True"}]})
    await asyncio.sleep(1)

    for put in (house.children.put_result, house.children.put_partial):
        with pytest.raises(Standing, match="is over"):
            await put(caller, RESULT)


async def test_the_calls_of_a_result_are_one(house: ClusterHouse, api: FakeIssuer) -> None:
    caller = await house.children.identify((await house.start(0)).credential)
    before = api.counted()
    for _ in range(5):
        await house.children.put_result(caller, RESULT)
    made = api.counted() - before

    watching = ("watch", "jobs") in api.counted()
    assert made == ({("patch", "jobs"): 1} if watching else {("patch", "jobs"): 1, ("get", "jobs"): 1})


async def test_progress_that_could_not_be_written_is_written_later(house: ClusterHouse, api: FakeIssuer) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    api.fail(503, times=2, **PATCH)

    await house.children.put_progress(caller, Progress(total=100, done=40))

    async with asyncio.timeout(60):
        while (await house.kept(child)).progress is None:  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(1)
    assert (await house.kept(child)).progress == {"total": 100, "done": 40, "errors": 0}


async def test_progress_of_a_child_that_is_gone_is_dropped(house: ClusterHouse, api: FakeIssuer) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    await house.again(child)
    patches = api.counted()["patch", "jobs"]

    await house.children.put_progress(caller, Progress(total=100, done=40))
    await until(lambda: api.counted()["patch", "jobs"] == patches + 1)
    await asyncio.sleep(60)

    assert api.counted()["patch", "jobs"] == patches + 1
