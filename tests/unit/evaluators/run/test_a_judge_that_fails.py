"""A judge over HTTP that fails on one call in ten, asked by the adapter as a process."""

import re
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import pytest
from aiohttp import web

from tests.unit.evaluators.keeping import Json, keeping
from tests.unit.evaluators.running import job, laid, ran, rows
from tests.unit.evaluators.serving import Asked, Reply, chat, serving

SAMPLES = 60
FAULTS: dict[str, Callable[[], Reply]] = {
    "out of range": lambda: chat('{"reasoning": "superb", "score": 6}'),
    "unreadable": lambda: chat("I would rather not say"),
    "refusing": lambda: web.json_response({"error": {"message": "no"}}, status=400),
    "down": lambda: web.Response(status=503),
}


def judge(url: str) -> Json:
    return {
        "name": "stars",
        "type": "LLM",
        "digest": "sha256:stars",
        "arguments": "TargetFree",
        "score": {"type": "Numerical", "min": 1, "max": 5},
        "weight": 1,
        "llm": {"model": {"url": url, "name": "judge"}, "prompt": "Stars for: {{ output }}"},
    }


def stars(number: int) -> int:
    return 1 + number % 5


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_mean_of_the_others_is_unchanged_and_the_errors_are_shown(tmp_path: Path, fault: str) -> None:
    def judged(asked: Asked) -> Reply:
        number = int(re.findall(r"word (\d+)", asked.body["messages"][0]["content"])[0])
        if number % 10 == 3:
            return FAULTS[fault]()
        if "response_format" in asked.body:
            return web.json_response({"error": {"message": "response_format is not supported"}}, status=400)
        return chat(f'Well. {{"reasoning": "so", "score": {stars(number)}}}')

    async with serving(lambda asked: chat(asked.question)) as model, serving(judged) as other, keeping() as keeper:
        evaluation = {"dataset": {"inline": rows(SAMPLES)}, "evaluators": [judge(other.url)]}
        assert await ran(laid(tmp_path, job(model.url, keeper.url, evaluation))) == 0

    (entry,) = keeper.result["evaluators"]
    (mean,) = [measure for measure in entry["measures"] if measure["measure"] == "Mean"]
    others = [stars(number) for number in range(SAMPLES) if number % 10 != 3]
    assert mean["value"] == pytest.approx(fmean(others), abs=1e-12)
    assert (entry["n"], entry["unscored"], entry["causes"]) == (54, 6, {"evaluator": 6})
    lost = [score for score in keeper.scores["run"] if score["outcome"] == "unscored"]
    assert {score["cause"] for score in lost} == {"evaluator"}
    assert all(score["error"] and score.get("value") is None for score in lost)
    assert mean["ifWorst"] < mean["value"] < mean["ifBest"]
