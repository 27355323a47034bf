"""Order of answers, epochs, shards, attempts: none of it changes a digit."""

import asyncio
import random
from pathlib import Path

from tests.unit.evaluators.keeping import Json, Keeper, keeping
from tests.unit.evaluators.running import EXACT, job, laid, ran, rows, started
from tests.unit.evaluators.serving import Asked, chat, serving

LENGTH = {
    "name": "length",
    "type": "Grader",
    "digest": "sha256:length",
    "score": {"type": "Numerical", "min": 0, "max": 100},
    "weight": 0.3,
    "grader": {"length": {"unit": "Characters"}},
}


def figures(result: Json) -> Json:
    return {name: result[name] for name in ("metrics", "evaluators", "score", "slices", "samples", "datasetDigest")}


def evaluation(number: int) -> Json:
    return {
        "dataset": {"inline": rows(number)},
        "evaluators": [EXACT, LENGTH],
        "slices": ["metadata.language"],
        "clusterBy": "metadata.language",
    }


async def parrot(asked: Asked) -> Json:
    return chat(asked.question)


async def test_answers_in_any_order_give_the_same_result(tmp_path: Path) -> None:
    found = []
    for turn in range(3):
        luck = random.Random(turn)  # noqa: S311 - repeatable

        async def late(asked: Asked, luck: random.Random = luck) -> Json:
            await asyncio.sleep(luck.random() / 20)
            return chat(asked.question)

        async with serving(late) as model, keeping() as keeper:
            execution = {"batchSize": 1 + 15 * turn}
            spec = laid(tmp_path / str(turn), job(model.url, keeper.url, evaluation(60), execution=execution))
            assert await ran(spec) == 0
            found.append(figures(keeper.result))
    assert found[0] == found[1] == found[2]


async def test_each_epoch_is_asked_and_they_are_reduced_to_one_sample(tmp_path: Path) -> None:
    seen: dict[str, int] = {}

    async def every_other(asked: Asked) -> Json:
        turn = seen[asked.question] = seen.get(asked.question, 0) + 1
        return chat(asked.question if turn % 2 else "nonsense")

    async with serving(every_other) as model, keeping() as keeper:
        execution = {"epochs": {"count": 4, "reducers": ["Mean"]}, "batchSize": 1}
        assert await ran(laid(tmp_path, job(model.url, keeper.url, execution=execution))) == 0
        assert len(model.asked) == 80
        assert sorted({s["epoch"] for s in keeper.samples["run"]}) == [1, 2, 3, 4]
        exact = keeper.result["evaluators"][0]
        assert exact["n"] == 20
        assert exact["measures"][0]["value"] == 0.4
        assert keeper.result["samples"]["total"] == 20


async def test_shards_and_who_combines_them_give_what_one_pod_gives(tmp_path: Path) -> None:
    async with serving(parrot) as model, keeping() as keeper:
        assert await ran(laid(tmp_path / "one", job(model.url, keeper.url, evaluation(60)))) == 0
        expected = figures(keeper.result)
    async with serving(parrot) as model, keeping() as keeper:
        spec = laid(tmp_path / "many", job(model.url, keeper.url, evaluation(60), shards=3))
        for index in range(3):
            assert await ran(spec, {"JOB_COMPLETION_INDEX": str(index)}) == 0
        receipts = [result["receipt"] for result in keeper.results("result")]
        assert sum(receipt["samples"] for receipt in receipts) == len(model.asked) == 60
        assert [receipt["shard"] for receipt in receipts] == [0, 1, 2]
        assert len({receipt["digest"] for receipt in receipts}) == 3
        assert await ran(spec) == 0
        assert len(model.asked) == 60
        assert figures(keeper.result) == expected


async def test_who_combines_does_what_a_failed_shard_left(tmp_path: Path) -> None:
    async with serving(parrot) as model, keeping() as keeper:
        spec = laid(tmp_path, job(model.url, keeper.url, evaluation(60), shards=3))
        assert await ran(spec, {"JOB_COMPLETION_INDEX": "1"}) == 0
        done = len(model.asked)
        assert 0 < done < 60
        assert await ran(spec) == 0
        assert len(model.asked) == 60
        assert keeper.result["samples"]["scored"] == 60


async def test_a_run_that_is_told_to_stop_leaves_what_it_has(tmp_path: Path) -> None:
    async def slow(asked: Asked) -> Json:
        await asyncio.sleep(0.02)
        return chat(asked.question)

    async with serving(slow) as model, keeping() as keeper:
        spec = laid(tmp_path, job(model.url, keeper.url, evaluation(500)))
        async with started(spec) as process:
            await keeper.wait_until_kept(50)
            process.terminate()
            async with asyncio.timeout(20):
                assert await process.wait() == 128 + 15
        (partial,) = keeper.results("partial")
        assert partial["status"] == "Completed"
        assert 50 <= partial["evaluators"][0]["n"] < 500
        assert not keeper.results("result")
        assert abs(keeper.kept - partial["evaluators"][0]["n"]) <= 4


async def test_only_as_many_as_asked_for_are_run(tmp_path: Path) -> None:
    async with serving(parrot) as model, keeping() as keeper:
        document = job(model.url, keeper.url, evaluation(60), sampling={"method": "Random", "seed": 3})
        assert await ran(laid(tmp_path, document | {"num_examples": 7})) == 0
        assert len(model.asked) == 7
        assert keeper.result["samples"]["total"] == 7


async def test_the_second_run_is_compared_with_the_first(tmp_path: Path) -> None:
    async def worse(asked: Asked) -> Json:
        return chat("nonsense" if asked.question.endswith("1") else asked.question)

    def as_baseline(keeper: Keeper) -> None:
        keeper.known.add("baseline")
        for kept in (keeper.samples, keeper.scores):
            kept["baseline"], kept["run"] = kept["run"], []

    async with serving(parrot) as model, keeping() as keeper:
        assert await ran(laid(tmp_path / "first", job(model.url, keeper.url, evaluation(60)))) == 0
        as_baseline(keeper)
        async with serving(worse) as other:
            digests = {"exact": "sha256:exact", "length": "sha256:length"}
            baseline = {"job": "capitals-v1", "jobUid": "u", "attempt": 2, "digests": digests, "maxRegression": 0.02}
            asked = evaluation(60) | {"baseline": baseline | {"test": "SignificantRegression"}, "clusterBy": None}
            assert await ran(laid(tmp_path / "second", job(other.url, keeper.url, asked))) == 0
    comparison = keeper.result["comparison"]
    assert (comparison["baseline"], comparison["matched"], comparison["unmatched"]) == ("capitals-v1/2", 60, 0)
    exact = next(metric for metric in comparison["metrics"] if metric["name"] == "exact")
    assert (exact["improved"], exact["regressed"]) == (0, 6)
    assert abs(exact["delta"] + 0.1) < 1e-9
