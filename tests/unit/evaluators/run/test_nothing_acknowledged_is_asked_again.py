"""kill -9 of the adapter at any time: what the journal has is not asked again, and the scores are the same."""

import asyncio
from pathlib import Path

import pytest

from tests.unit.evaluators.keeping import Json, Keeper, keeping
from tests.unit.evaluators.running import DEADLINE, job, laid, ran, rows, started
from tests.unit.evaluators.serving import Asked, chat, serving

N, WIDTH = 200, 8


async def parrot(asked: Asked) -> Json:
    await asyncio.sleep(0.005)
    return chat(asked.question, usage={"prompt_tokens": 3, "completion_tokens": 2})


def scores(result: Json) -> Json:
    return {name: result[name] for name in ("metrics", "evaluators", "score", "slices", "samples", "datasetDigest")}


def spec(directory: Path, model: str, keeper: Keeper, **own: object) -> Path:
    evaluation = {"dataset": {"inline": rows(N)}, "slices": ["metadata.language"]}
    return laid(directory, job(model, keeper.url, evaluation, execution={"batchSize": WIDTH}, **own))


async def undisturbed(directory: Path) -> Json:
    async with serving(parrot) as model, keeping() as keeper:
        assert await ran(spec(directory, model.url, keeper)) == 0
        assert len(model.asked) == N
        return keeper.result


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
async def test_a_killed_adapter_is_gone_on_from(tmp_path: Path, share: float) -> None:
    expected = await undisturbed(tmp_path / "undisturbed")
    async with serving(parrot) as model, keeping() as keeper:
        path = spec(tmp_path / "killed", model.url, keeper)
        async with started(path) as process:
            await keeper.wait_until_kept(int(N * share))
            process.kill()
            assert await process.wait() == -9
        assert keeper.kept < N
        assert await ran(path) == 0
        assert len(model.asked) <= N + WIDTH
        assert model.most_in_flight <= WIDTH
        assert scores(keeper.result) == scores(expected)
        usage = keeper.result["usage"]
        assert N <= usage["requests"] <= N + WIDTH
        assert usage["inputTokens"] == 3 * N


async def test_an_adapter_that_is_killed_again_and_again_gets_there(tmp_path: Path) -> None:
    expected = await undisturbed(tmp_path / "undisturbed")
    kills = 4
    async with serving(parrot) as model, keeping() as keeper:
        path = spec(tmp_path / "killed", model.url, keeper)
        for number in range(1, kills + 1):
            async with started(path) as process:
                await keeper.wait_until_kept(number * N // (kills + 1))
                process.kill()
        assert await ran(path) == 0
        assert len(model.asked) <= N + kills * WIDTH
        assert scores(keeper.result) == scores(expected)


async def test_without_a_journal_at_the_host_a_file_does_the_same(tmp_path: Path) -> None:
    expected = await undisturbed(tmp_path / "undisturbed")
    async with serving(parrot) as model, keeping() as keeper:
        keeper.known.clear()
        path = spec(tmp_path / "killed", model.url, keeper)
        file = tmp_path / "killed" / "data" / "samples.jsonl"
        async with started(path) as process:
            async with asyncio.timeout(DEADLINE):
                while not file.exists() or file.read_bytes().count(b"\n") < N // 2:  # noqa: ASYNC110 - another process's
                    await asyncio.sleep(0.01)
            process.kill()
        assert await ran(path) == 0
        assert len(model.asked) <= N + WIDTH
        assert scores(keeper.result) == scores(expected)


async def test_a_store_that_is_away_for_a_while_loses_nothing(tmp_path: Path) -> None:
    expected = await undisturbed(tmp_path / "undisturbed")
    async with serving(parrot) as model, keeping() as keeper:
        keeper.refusals = [503, 503, 429]
        assert await ran(spec(tmp_path / "run", model.url, keeper)) == 0
        assert len(model.asked) == N
        assert keeper.kept == N
        assert scores(keeper.result) == scores(expected)


async def test_a_slow_store_makes_bigger_groups_and_no_longer_queue(tmp_path: Path) -> None:
    async with serving(parrot) as model, keeping() as keeper:
        keeper.slow = 0.05
        assert await ran(spec(tmp_path / "run", model.url, keeper)) == 0
        assert keeper.kept == N
        assert keeper.posts < N / 2
        assert model.most_in_flight <= WIDTH
