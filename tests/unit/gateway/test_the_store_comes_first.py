"""A result in the store and on its Job: in this order, or not at all."""

from collections.abc import AsyncIterator

import pytest

from referee.core.children import Progress
from referee.core.result import digest
from referee.gateway.errors import Malformed, Standing, Unavailable
from referee.gateway.reporting.children import Caller
from referee.runtime.paths import JOBS
from referee.store import StoreUnavailable, Unstorable
from tests.contract.children.cluster import ClusterHouse
from tests.contract.children.contract import OTHER, PARTIAL, RESULT, Kept, Running
from tests.contract.children.fake import FakeIssuer, fake_house
from tests.unit.gateway.shelves import MemoryResults

WHOLE = {**RESULT, "artifacts": {"log": "x"}}


@pytest.fixture
def results() -> MemoryResults:
    return MemoryResults()


@pytest.fixture(params=[True, False], ids=["watching", "not watching yet"])
async def house(api: FakeIssuer, results: MemoryResults, request: pytest.FixtureRequest) -> AsyncIterator[ClusterHouse]:
    async with fake_house(api, watching=request.param, results=results) as house:
        yield house


async def test_the_store_has_the_whole_and_the_job_names_it(house: ClusterHouse, results: MemoryResults) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)

    await house.children.put_result(caller, WHOLE)

    [((run, name), document)] = results.kept.items()
    assert (name, document) == (digest(WHOLE), WHOLE)
    assert (run.namespace, run.job, run.child_uid, run.index, run.attempt) == ("ns", "capitals", child.uid, 0, 1)
    assert run.job_uid == (await house.evaluation()).metadata.uid
    assert (await house.kept(child)).result == {**RESULT, "digest": digest(WHOLE)}


async def test_the_store_has_it_before_the_job_does(
    house: ClusterHouse, results: MemoryResults, api: FakeIssuer
) -> None:
    caller = await house.children.identify((await house.start(0)).credential)
    patches: list[int] = []
    results.on_put = lambda: patches.append(api.counted()["patch", "jobs"])

    await house.children.put_result(caller, WHOLE)
    await house.children.put_result(caller, WHOLE)

    assert patches == [0]


@pytest.mark.parametrize(
    ("fault", "answer"), [(StoreUnavailable("down"), Unavailable), (Unstorable("deep"), Malformed)], ids=repr
)
async def test_what_the_store_did_not_take_is_not_acknowledged(
    house: ClusterHouse, results: MemoryResults, fault: Exception, answer: type[Exception]
) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    results.fault = fault

    for put in (house.children.put_result, house.children.put_partial):
        with pytest.raises(answer):
            await put(caller, WHOLE)
    assert await house.kept(child) == Kept(None, None, None)

    results.fault = None
    await house.children.put_result(caller, WHOLE)
    assert (await house.kept(child)).result is not None


async def test_progress_needs_no_store(house: ClusterHouse, results: MemoryResults) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    results.fault = StoreUnavailable("down")

    await house.children.put_progress(caller, Progress(total=100, done=40))


async def test_a_result_that_stands_already_needs_no_store(house: ClusterHouse, results: MemoryResults) -> None:
    caller = await house.children.identify((await house.start(0)).credential)
    await house.children.put_result(caller, WHOLE)
    results.fault = StoreUnavailable("down")

    await house.children.put_result(caller, WHOLE)
    with pytest.raises(Standing):
        await house.children.put_result(caller, OTHER)


async def test_a_partial_result_is_whole_in_the_store_too(house: ClusterHouse, results: MemoryResults) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    whole = {**PARTIAL, "artifacts": {"log": "x"}}

    await house.children.put_partial(caller, whole)

    assert list(results.kept.values()) == [whole]
    assert (await house.kept(child)).partial == {**PARTIAL, "digest": digest(whole)}


async def test_a_phase_alone_leaves_the_counts(api: FakeIssuer) -> None:
    async with fake_house(api) as house:
        child = await house.start(0)
        caller = await house.children.identify(child.credential)
        await house.children.put_progress(caller, Progress(total=100, done=40, phase="running_evaluation"))
        await house.until(lambda: _phase(house, child, "running_evaluation"))

        await house.children.put_progress(caller, Progress(phase="post_processing"))

        await house.until(lambda: _phase(house, child, "post_processing"))
        kept = (await house.kept(child)).progress
    assert kept == {"total": 100, "done": 40, "errors": 0, "phase": "post_processing"}


async def test_a_child_that_ended_without_a_result_takes_no_progress(house: ClusterHouse) -> None:
    child = await house.start(0)
    caller = await house.children.identify(child.credential)
    job = await house.kube.get(JOBS.one("ns", child.name))
    await house.set_status(JOBS, job, {"conditions": [{"type": "Failed", "status": "True"}]})

    await house.until(lambda: _refused(house, caller))


async def _phase(house: ClusterHouse, child: Running, phase: str) -> bool:
    return ((await house.kept(child)).progress or {}).get("phase") == phase


async def _refused(house: ClusterHouse, caller: Caller) -> bool:
    try:
        await house.children.put_progress(caller, Progress(phase="loading_data"))
    except Standing:
        return True
    return False
