"""A model's error, the infrastructure's, a wrong job, an empty purse: each ends as what it is."""

import socket
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.unit.evaluators.keeping import Json, keeping
from tests.unit.evaluators.running import EXACT, job, laid, ran, rows
from tests.unit.evaluators.serving import Asked, Reply, chat, serving


def parrot(asked: Asked) -> Reply:
    return chat(asked.question, usage={"prompt_tokens": 10, "completion_tokens": 10})


def exact(result: Json) -> Json:
    found: Json = result["evaluators"][0]
    return found


def refused(status: int, **error: str) -> web.Response:
    return web.json_response({"error": error}, status=status)


@pytest.mark.parametrize(
    ("reply", "cause", "said"),
    [
        (lambda: chat("", finish="content_filter"), "model", "content filter"),
        (lambda: chat(None, refusal="I cannot help"), "model", "refused: I cannot help"),
        (lambda: refused(400, message="too long", code="context_length_exceeded"), "model", "context_length_exceeded"),
        (lambda: refused(500, message="oops"), "infrastructure", "status 500: oops"),
        (lambda: web.Response(text="<html>"), "infrastructure", "answer not understood"),
        (lambda: None, "infrastructure", "closed the connection"),
    ],
    ids=["content filter", "refusal", "context length", "server error", "garbage", "dropped connection"],
)
async def test_a_call_that_fails_costs_its_sample_and_not_the_run(
    tmp_path: Path, reply: Any, cause: str, said: str
) -> None:
    def answer(asked: Asked) -> Reply:
        found: Reply = reply() if asked.question == "word 7" else parrot(asked)
        return found

    async with serving(answer) as model, keeping() as keeper:
        assert await ran(laid(tmp_path, job(model.url, keeper.url))) == 0
        assert exact(keeper.result)["n"] == 19
        assert exact(keeper.result)["causes"] == {cause: 1}
        assert keeper.result["samples"]["errors"] == 1
        (lost,) = [s for s in keeper.samples["run"] if "error" in s]
        assert lost["error"]["cause"] == cause
        assert said in lost["error"]["message"]
        assert lost["output"] is None
        (score,) = [s for s in keeper.scores["run"] if s["sample_id"] == lost["sample_id"]]
        assert (score["outcome"], score["cause"]) == ("unscored", cause)


@pytest.mark.parametrize(
    ("status", "reason"), [(401, "ModelUnauthorized"), (403, "ModelUnauthorized"), (404, "ModelNotFound")]
)
async def test_what_every_call_would_meet_ends_the_run(tmp_path: Path, status: int, reason: str) -> None:
    async with serving(lambda _: refused(status, message="no")) as model, keeping() as keeper:
        assert await ran(laid(tmp_path, job(model.url, keeper.url))) == 1
        assert (keeper.result["reason"], keeper.result["retryable"]) == (reason, False)
        assert len(model.asked) <= 4


async def test_nobody_at_the_address_ends_the_run_for_now(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with keeping() as keeper:
            url = f"http://127.0.0.1:{nobody.getsockname()[1]}/v1"
            assert await ran(laid(tmp_path, job(url, keeper.url))) == 1
            assert (keeper.result["reason"], keeper.result["retryable"]) == ("ModelUnreachable", True)
            assert keeper.kept == 0


async def test_an_endpoint_that_dies_half_way_is_gone_on_with_by_the_next_attempt(tmp_path: Path) -> None:
    def dies(asked: Asked) -> Reply:
        return parrot(asked) if asked.number <= 30 else refused(503, message="gone")

    evaluation = {"dataset": {"inline": rows(80)}}
    async with serving(dies) as model, keeping() as keeper:
        spec = laid(tmp_path, job(model.url, keeper.url, evaluation))
        assert await ran(spec) == 1
        assert (keeper.result["reason"], keeper.result["retryable"]) == ("ModelUnreachable", True)
        assert keeper.kept == 30
        model.answer = parrot
        before = len(model.asked)
        assert await ran(spec) == 0
        assert len(model.asked) - before == 50
        assert keeper.result["samples"]["scored"] == 80


async def test_a_few_samples_that_are_all_lost_are_asked_again_by_the_next_attempt(tmp_path: Path) -> None:
    evaluation = {"dataset": {"inline": rows(3)}}
    async with serving(lambda _: refused(503, message="gone")) as model, keeping() as keeper:
        spec = laid(tmp_path, job(model.url, keeper.url, evaluation))
        assert await ran(spec) == 1
        assert (keeper.result["reason"], keeper.result["retryable"]) == ("NothingScored", True)
        assert keeper.kept == 0


async def test_on_error_fail_ends_the_run_at_the_first(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        return chat("", finish="content_filter") if asked.number == 5 else parrot(asked)

    async with serving(answer) as model, keeping() as keeper:
        execution = {"onError": {"model": "Fail"}, "batchSize": 1}
        assert await ran(laid(tmp_path, job(model.url, keeper.url, execution=execution))) == 1
        assert (keeper.result["reason"], keeper.result["retryable"]) == ("ErrorNotAllowed", False)
        assert "'q4'" in keeper.result["message"]
        assert len(model.asked) == 5


async def test_when_the_budget_is_used_up_the_rest_is_unscored(tmp_path: Path) -> None:
    async with serving(parrot) as model, keeping() as keeper:
        document = job(model.url, keeper.url, execution={"budget": {"maxTokens": 200}, "batchSize": 4})
        assert await ran(laid(tmp_path, document)) == 0
        assert len(model.asked) <= 13
        assert keeper.result["usage"]["inputTokens"] + keeper.result["usage"]["outputTokens"] <= 260
        causes = exact(keeper.result)["causes"]
        assert causes == {"BudgetExhausted": 20 - len(model.asked)}


async def test_what_was_spent_before_a_restart_counts(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        return parrot(asked) if asked.number <= 8 else None

    execution = {"budget": {"maxCost": 0.02}, "batchSize": 1}
    pricing = {"inputPerMillion": 100, "outputPerMillion": 100, "currency": "USD"}
    async with serving(answer) as model, keeping() as keeper:
        document = job(model.url, keeper.url, execution=execution, model={"pricing": pricing})
        document["referee"]["evaluation"]["dataset"] = {"inline": rows(40)}
        spec = laid(tmp_path, document)
        assert await ran(spec) == 1
        assert keeper.kept == 8
        model.answer = parrot
        before = len(model.asked)
        assert await ran(spec) == 0
        assert len(model.asked) - before == 2
        assert keeper.result["usage"]["cost"] == pytest.approx(0.02)
        assert exact(keeper.result)["causes"] == {"BudgetExhausted": 30}


async def test_a_broken_dataset_is_refused_before_any_call(tmp_path: Path) -> None:
    broken = [*rows(5), {"id": "q1", "input": "again"}]
    async with serving(parrot) as model, keeping() as keeper:
        assert await ran(laid(tmp_path, job(model.url, keeper.url, {"dataset": {"inline": broken}}))) == 1
        assert (keeper.result["reason"], keeper.result["retryable"]) == ("InvalidDataset", False)
        assert "'q1'" in keeper.result["message"]
        assert not model.asked


async def test_an_evaluation_that_is_none_is_refused_with_the_field(tmp_path: Path) -> None:
    async with keeping() as keeper:
        twice = {"evaluators": [EXACT, EXACT]}
        assert await ran(laid(tmp_path, job("http://127.0.0.1:1/v1", keeper.url, twice))) == 1
        assert (keeper.result["reason"], keeper.result["retryable"]) == ("InvalidJobSpec", False)
        assert "job.json.referee.evaluation.evaluators" in keeper.result["message"]
