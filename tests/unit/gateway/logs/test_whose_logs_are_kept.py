"""A pod's labels and owners are what somebody wrote: its log is kept only as what its Job and EvaluationJob confirm."""

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from referee.gateway.logs.collector import LogCollector
from referee.gateway.objects import Objects
from referee.gateway.watched import Watched
from referee.runtime.cache import key_of
from referee.runtime.errors import Unreachable
from referee.store import RunRef
from tests.unit.gateway.logs.pods import LINE, Api, Json, MemoryShelf, chunks, evaluation, job, leaving, pod

if TYPE_CHECKING:
    from referee.runtime.kube import Kube

RUN = RunRef("team", "capitals", "e", "c", 0, 1)


class House:
    """A collector over caches that hold what a test puts in."""

    def __init__(self, api: Api) -> None:
        kube = cast("Kube", api)
        self.api = api
        self.shelf = MemoryShelf()
        self.watched = Watched(kube, [None])
        self.collector = LogCollector(kube, self.watched, self.shelf)

    def stand(self, *objects: Json) -> None:
        """Caches have an EvaluationJob, then a Job."""
        for obj, cache in zip(objects, (self.watched.evaluations, self.watched.jobs), strict=False):
            cast("Any", cache).upsert(obj)

    def see(self, obj: Json) -> None:
        """A pod came or changed."""
        assert self.watched.pods.upsert(obj)
        self.watched.on_pods([key_of(obj)])

    def lose(self, obj: Json) -> None:
        """A pod is gone."""
        assert self.watched.pods.delete(obj)
        self.watched.on_pods([key_of(obj)])

    async def done(self) -> list[tuple[RunRef, str, int]]:
        """What is kept once nothing is under way."""
        own = [task for task in asyncio.all_tasks() if task.get_name().startswith("log of")]
        await asyncio.gather(*own)
        return self.shelf.kept


@pytest.fixture
def house() -> House:
    return House(Api())


async def test_the_log_of_a_run_is_kept_as_the_runs(house: House) -> None:
    house.stand(evaluation(), job())
    house.see(pod())

    assert await house.done() == [(RUN, LINE, 0)]
    assert house.api.read == []


async def test_what_no_cache_has_yet_is_looked_for_once() -> None:
    house = House(Api(evaluation(), job()))
    house.see(pod())

    assert [run for run, _, _ in await house.done()] == [RUN]
    assert sum("/jobs/" in path for path in house.api.read) == 1


FORGED = {
    "another namespace's child": pod("intruder", child_uid="c", job_uid="theirs"),
    "another namespace's child and job": pod("intruder", child_uid="c", job_uid="e"),
    "another child": pod(child_uid="other"),
    "another job": pod(job_uid="theirs"),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("cached", [True, False])
async def test_a_pod_that_names_what_is_not_its_own_is_not_kept_nor_read(forged: Json, cached: bool) -> None:
    house = House(Api(evaluation(), job()))
    if cached:
        house.stand(evaluation(), job())
    house.see(forged)

    assert await house.done() == []
    assert house.api.opened == 0


async def test_a_child_of_an_evaluation_job_that_never_was_is_not_kept(house: House) -> None:
    house.stand()
    house.watched.jobs.upsert(job())
    house.see(pod())

    assert await house.done() == []


async def test_another_evaluation_job_under_the_old_name_is_not_its_job(house: House) -> None:
    house.stand(evaluation(uid="new"), job())
    house.see(pod())

    assert await house.done() == []


async def test_a_job_that_is_deleted_before_its_pod_leaves_the_pods_last_words(house: House) -> None:
    house.stand(evaluation(), job())
    running = pod(ended=False)
    house.see(running)
    house.watched.jobs.delete(job())
    house.see(leaving(running))

    assert [run for run, _, _ in await house.done()] == [RUN]


async def test_what_was_deleted_does_not_come_back_with_the_last_words_of_its_pods(house: House) -> None:
    house.stand(evaluation(), job())
    running = pod(ended=False)
    house.see(running)
    house.watched.evaluations.delete(evaluation())
    house.watched.jobs.delete(job())
    house.see(leaving(running))

    assert await house.done() == []


async def test_nor_when_it_was_deleted_while_the_store_was_away(house: House) -> None:
    house.stand(evaluation(), job())
    house.shelf.down = 2
    house.shelf.before_failing = lambda: house.watched.discard("EvaluationJob", ("team", "capitals"), "e")
    house.see(pod())

    assert await house.done() == []
    assert house.shelf.down == 1


async def test_an_api_server_that_is_away_for_a_moment_costs_no_log() -> None:
    house = House(Api(evaluation(), job()))
    house.api.down = 3
    house.see(pod())

    assert [run for run, _, _ in await house.done()] == [RUN]


async def test_of_a_log_that_breaks_off_with_its_pod_the_beginning_is_kept(house: House) -> None:
    house.stand(evaluation(), job())
    house.api.logs = [lambda: chunks(LINE, "2026-01-01T00:00:01Z half", Unreachable("GET", 0))]
    running = leaving(pod(ended=False))
    house.see(running)
    house.lose(leaving(running, version=3))

    assert [text for _, text, _ in await house.done()] == [f"{LINE}2026-01-01T00:00:01Z half\n"]


async def test_what_was_read_most_of_is_kept_when_the_next_try_reads_less(house: House) -> None:
    house.stand(evaluation(), job())
    breaks = Unreachable("GET", 0)
    house.api.logs = [lambda: chunks(LINE, LINE, breaks), lambda: chunks(LINE, breaks)]
    running = leaving(pod(ended=False))
    house.see(running)
    async with asyncio.timeout(5):
        while house.api.opened < 2:  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(0.01)
    house.lose(leaving(running, version=3))

    assert [text for _, text, _ in await house.done()] == [LINE * 2]


async def test_how_much_of_a_long_log_is_missing_is_told_to_the_store(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referee.gateway.logs.collector.KEPT_BYTES", len(LINE))
    house.stand(evaluation(), job())
    house.api.logs = [lambda: chunks(LINE * 3)]
    house.see(pod())

    assert await house.done() == [(RUN, LINE, 2 * len(LINE))]


async def test_children_and_pods_of_a_job_are_those_of_its_namespace(house: House) -> None:
    """Whatever others write into theirs."""
    house.stand(evaluation(), job())
    house.watched.jobs.upsert(job("intruder", uid="forged"))
    house.watched.pods.upsert(pod("intruder", uid="forged"))
    house.watched.pods.upsert(pod())

    assert [child.uid for child in Objects(house.watched).children("team", "e")] == ["c"]
    assert [found.uid for found in house.collector.pods(("team", "e"))] == ["p"]
