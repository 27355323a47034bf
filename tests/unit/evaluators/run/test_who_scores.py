"""Judges with credentials of their own, code in its sandbox, people who come later."""

from pathlib import Path

import pytest
from aiohttp import web

from referee.core.evaluation.drawn import drawn
from tests.unit.evaluators.keeping import Json, Keeper, keeping
from tests.unit.evaluators.running import EXACT, job, laid, ran, rows
from tests.unit.evaluators.serving import Asked, Reply, chat, serving

PEOPLE = {
    "name": "tone",
    "type": "Human",
    "digest": "sha256:tone",
    "score": {"type": "Numerical", "min": 1, "max": 5},
    "weight": 1,
    "human": {"minLabels": 2},
}


def judge(url: str, credentials: Path | None = None) -> Json:
    block: Json = {"model": {"url": url, "name": "judge"}, "rubric": "Is it kind?", "votes": 1}
    if credentials:
        block["credentials"] = str(credentials)
    return {
        "name": "kind",
        "type": "LLM",
        "digest": "sha256:kind",
        "score": {"type": "Boolean"},
        "weight": 1,
        "llm": block,
    }


def parrot(asked: Asked) -> Reply:
    return chat(asked.question, usage={"prompt_tokens": 1, "completion_tokens": 1})


def entry(result: Json, name: str) -> Json:
    found: Json = next(entry for entry in result["evaluators"] if entry["name"] == name)
    return found


async def test_a_judge_has_a_key_of_its_own_and_nobody_else_sees_it(tmp_path: Path) -> None:
    secret = tmp_path / "secrets" / "0"
    secret.mkdir(parents=True)
    (secret / "api-key").write_text("sk-of-the-judge")

    def judged(asked: Asked) -> Reply:
        assert asked.headers["Authorization"] == "Bearer sk-of-the-judge"
        if asked.number == 3:
            error = {"error": {"message": "no quota for sk-of-the-judge"}}
            return web.json_response(error, status=400)
        return chat('{"score": true, "explanation": "said sk-of-the-judge"}')

    async with serving(parrot) as model, serving(judged) as other, keeping() as keeper:
        document = job(model.url, keeper.url, {"evaluators": [EXACT, judge(other.url, secret)]})
        assert await ran(laid(tmp_path, document)) == 0
        assert entry(keeper.result, "kind")["causes"] == {"evaluator": 1}
        assert entry(keeper.result, "kind")["measures"][0]["value"] == 1
        assert entry(keeper.result, "exact")["n"] == 20
        assert all("Authorization" not in asked.headers for asked in model.asked)
        assert keeper.result["usage"]["requests"] == 40
        written = [keeper.samples, keeper.scores, keeper.events, (tmp_path / "termination-log").read_text()]
        assert "sk-of-the-judge" not in repr(written)


async def test_code_scores_in_its_sandbox(tmp_path: Path) -> None:
    source = "def evaluate(output, target):\n    return len(output) / 10 if output != 'word 3' else 1 / 0\n"
    code = {
        "name": "mine",
        "type": "Code",
        "digest": "sha256:mine",
        "arguments": "TargetRequired",
        "score": {"type": "Numerical"},
        "weight": 0,
        "code": {"source": source, "entrypoint": "OutputTarget"},
    }
    async with serving(parrot) as model, keeping() as keeper:
        document = job(model.url, keeper.url, {"evaluators": [EXACT, code], "allowCode": True})
        assert await ran(laid(tmp_path, document)) == 0
        assert entry(keeper.result, "mine")["n"] == 19
        assert entry(keeper.result, "mine")["causes"] == {"evaluator": 1}


async def test_code_that_is_not_allowed_is_refused_before_any_call(tmp_path: Path) -> None:
    code = {"name": "mine", "type": "Code", "code": {"source": "def main(eval_inputs):\n    return 1\n"}}
    async with serving(parrot) as model, keeping() as keeper:
        assert await ran(laid(tmp_path, job(model.url, keeper.url, {"evaluators": [code]}))) == 1
        assert keeper.result["retryable"] is False
        assert "'mine'" in keeper.result["message"]
        assert not model.asked


def label(keeper: Keeper, sample_id: str, value: int, who: str) -> None:
    score = {"evaluator": "tone", "source": f"human:{who}", "outcome": "scored", "value": value}
    keeper.put({"sample_id": sample_id, "epoch": 1, "scores": [score]})


async def test_people_are_awaited_and_nothing_is_done_twice(tmp_path: Path) -> None:
    async with serving(parrot) as model, keeping() as keeper:
        spec = laid(
            tmp_path, job(model.url, keeper.url, {"dataset": {"inline": rows(10)}, "evaluators": [EXACT, PEOPLE]})
        )
        assert await ran(spec) == 0
        assert keeper.result["samples"]["pending"] == 10
        assert entry(keeper.result, "exact")["n"] == 10
        for row in rows(10):
            label(keeper, row["id"], 4, "ann")
        assert await ran(spec) == 0
        assert keeper.result["samples"]["pending"] == 10
        for row in rows(10):
            label(keeper, row["id"], 2, "bob")
        assert await ran(spec) == 0
        assert "pending" not in keeper.result["samples"]
        assert entry(keeper.result, "tone")["measures"][0]["value"] == 3
        assert len(model.asked) == 10
        assert len(keeper.samples["run"]) == 10


def left_out(keeper: Keeper) -> list[str]:
    """As the results store would count them: what the run itself says that nobody has to score."""
    found = [s for s in keeper.scores["run"] if s["evaluator"] == "tone" and s["source"] == "adapter"]
    assert all(score["outcome"] == "skipped" for score in found)
    return sorted(score["sample_id"] for score in found)


@pytest.mark.parametrize("generation", ["Operator", "External"])
async def test_people_who_label_a_share_are_awaited_for_that_share_alone(tmp_path: Path, generation: str) -> None:
    people = {**PEOPLE, "human": {"sample": 0.5}}
    mine = [row["id"] for row in rows(20) if drawn(row["id"], 0.5)]
    others = sorted({row["id"] for row in rows(20)} - set(mine))
    async with serving(parrot) as model, keeping() as keeper:
        evaluation = {"evaluators": [people], "generation": generation}
        spec = laid(tmp_path, job(model.url, keeper.url, evaluation))
        if generation == "External":
            for row in rows(20):
                keeper.put({"sample_id": row["id"], "epoch": 1, "output": row["input"]})
        assert await ran(spec) == 0
        assert keeper.result["samples"]["pending"] == len(mine)
        assert left_out(keeper) == others
        for sample_id in mine:
            label(keeper, sample_id, 4, "ann")
        label(keeper, others[0], 1, "ann")
        assert await ran(spec) == 0
        assert "pending" not in keeper.result["samples"]
        tone = entry(keeper.result, "tone")
        assert (tone["n"], tone["skipped"], tone["measures"][0]["value"]) == (len(mine), len(others), 4)
        assert left_out(keeper) == others


@pytest.mark.parametrize("closing", ["Unknown", "Fail", "ScorePartial"])
async def test_what_is_still_missing_at_the_end_is_awaited_no_more(tmp_path: Path, closing: str) -> None:
    async with serving(parrot) as model, keeping() as keeper:
        evaluation = {"dataset": {"inline": rows(10)}, "evaluators": [EXACT, PEOPLE]}
        spec = laid(tmp_path, job(model.url, keeper.url, evaluation))
        assert await ran(spec) == 0
        for row in rows(7):
            label(keeper, row["id"], 5, "ann")
            label(keeper, row["id"], 5, "bob")
        laid(tmp_path, job(model.url, keeper.url, evaluation | {"closing": closing}))
        assert await ran(spec) == 0
        assert "pending" not in keeper.result["samples"]
        assert entry(keeper.result, "tone")["n"] == 7
        missing = "excluded" if closing == "ScorePartial" else "pending"
        assert entry(keeper.result, "tone")[missing] == 3


async def test_scores_of_an_evaluator_that_nobody_declared_are_kept_where_the_job_is_open(tmp_path: Path) -> None:
    for is_open in (True, False):
        async with serving(parrot) as model, keeping() as keeper:
            document = job(model.url, keeper.url, {"openEvaluators": is_open})
            score = {"evaluator": "theirs", "source": "program", "outcome": "scored", "value": 0.5}
            keeper.put({"sample_id": "q1", "epoch": 1, "scores": [score]})
            assert await ran(laid(tmp_path / str(is_open), document)) == 0
            assert ("theirs" in [e["name"] for e in keeper.result["evaluators"]]) is is_open
