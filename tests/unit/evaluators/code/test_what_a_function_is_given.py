"""The arguments of each kind of entry point, key by key, against one file that was written by hand."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from referee.core.evaluation.scoretype import ScoreType
from referee_evaluators.sandbox.pool import SandboxPool
from referee_evaluators.types import Sample, Tools
from tests.unit.evaluators.samples import USAGE, evaluator, no_endpoint, sample, scored

GIVEN: dict[str, Any] = json.loads(Path(__file__).with_name("given.json").read_text())
SOURCES = {
    "Main": "def main(eval_inputs):\n    return [eval_inputs]",
    "Evaluate": "def evaluate(llm_input, llm_output, **kwargs):\n    return [llm_input, llm_output, kwargs]",
    "Log": "def f(log):\n    return [log]",
    "LogTestcase": "def f(log, testcase):\n    return [log, testcase]",
    "OutputTarget": "def f(output, target):\n    return [output, target]",
}
JSON = ScoreType(type="JSON")


@pytest.fixture
async def tools() -> AsyncIterator[Tools]:
    pool = SandboxPool()
    yield Tools(endpoint_for=no_endpoint, sandbox=pool)
    await pool.close()


async def given(tools: Tools, source: str, one: Sample) -> Any:
    """What the function saw: it returns it."""
    score = await scored(evaluator("Code", {"source": source}, JSON, arguments="TargetRequired"), one, tools)
    assert score.outcome == "scored", score
    return json.loads(score.label or "")


@pytest.mark.parametrize("kind", SOURCES)
async def test_the_keys_are_those_of_the_file(tools: Tools, kind: str) -> None:
    one = sample(
        "Paris",
        {"answer": "Paris"},
        id="fr",
        epoch=2,
        input={"country": "France", "hint": None},
        messages=[{"role": "user", "content": "Capital of France?"}],
        metadata={"language": "en"},
        message={"role": "assistant", "content": "Paris"},
        usage=USAGE,
        latency=0.25,
        cost=0.001,
    )

    assert await given(tools, SOURCES[kind], one) == GIVEN[kind]


@pytest.mark.parametrize("kind", ["Log", "LogTestcase"])
async def test_the_keys_are_there_when_nothing_is_known(tools: Tools, kind: str) -> None:
    seen = await given(tools, SOURCES[kind], sample(None, "t", id="x", input="What?"))

    assert [list(part) for part in seen] == [sorted(part) for part in GIVEN[kind]]
    assert seen[0]["output"] is None
    assert [part["inputs"] for part in seen] == [{"input": "What?"}] * len(seen)


async def test_a_text_is_a_text_and_an_empty_output_is_one(tools: Tools) -> None:
    assert await given(tools, SOURCES["OutputTarget"], sample("", "Paris")) == ["", "Paris"]


async def test_an_answer_of_tool_calls_alone_is_its_message(tools: Tools) -> None:
    message = {"role": "assistant", "tool_calls": [{"id": "1"}]}

    seen = await given(tools, SOURCES["OutputTarget"], sample(None, "Paris", message=message))

    assert seen == [message, "Paris"]


async def test_only_the_keywords_that_it_names_are_given(tools: Tools) -> None:
    source = "def evaluate(llm_input, llm_output, ideal_output=None, *, metrics):\n    return [ideal_output, metrics]"

    assert await given(tools, source, sample("Paris", "Paris", cost=1.0)) == ["Paris", {"cost": 1.0}]
