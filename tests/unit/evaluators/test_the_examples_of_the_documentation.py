"""Every example of docs/evaluators.md: the evaluator as a job has it, and what comes of the outputs beneath it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from referee.api.evaluation import EvaluatorUse
from referee.core.resolve import evaluators as resolve
from referee_adapter.fields import Fields
from referee_evaluators import spec
from referee_evaluators.evaluators import build
from referee_evaluators.sandbox.pool import SandboxPool
from referee_evaluators.types import Sample, Score, Tools
from tests.unit.docs.pages import blocks
from tests.unit.evaluators.judges.bench import Bench
from tests.unit.evaluators.samples import sample

Json = dict[str, Any]
EXAMPLES = [list(yaml.safe_load_all(block)) for block in blocks(Path("docs/evaluators.md"), "yaml")]
CASES = [
    pytest.param(evaluator, case, id=f"{evaluator['name']} {number}")
    for evaluator, cases in EXAMPLES
    for number, case in enumerate(cases, 1)
]


def test_every_kind_has_an_example() -> None:
    types = {evaluator["type"] for evaluator, _ in EXAMPLES}
    graders = {kind for evaluator, _ in EXAMPLES for kind in evaluator.get("grader", {})}
    assert types >= {"Grader", "Code", "LLM", "Composite", "Human"}
    assert len(graders) == 10


@pytest.mark.parametrize(("evaluator", "case"), CASES)
async def test_an_example_comes_to_what_it_says(evaluator: Json, case: Json) -> None:
    bench, pool = Bench(list(case.get("answers", []))), SandboxPool()
    scorer = build(planned(evaluator), Tools(endpoint_for=lambda _: bench, sandbox=pool))
    try:
        scores = await scorer.score(given(case))
    finally:
        await scorer.close()
        await pool.close()
    if "scores" in case:
        assert {score.evaluator: score.value for score in scores} == case["scores"]
        return
    (score,) = scores
    if "score" in case:
        assert score.value == pytest.approx(case["score"]), score
    elif "unscored" in case:
        assert (score.outcome, score.cause) == ("unscored", case["unscored"])
    else:
        assert case["pending"]
        assert score.outcome == "pending"
    if "asked" in case:
        assert bench.asked[0]["messages"][0]["content"].startswith(case["asked"])


def planned(evaluator: Json) -> spec.EvaluatorSpec:
    """As the operator plans it, read as the adapter reads it."""
    use = EvaluatorUse.model_validate(evaluator)
    kind = use.type or "Grader"
    score = use.score or resolve.default_score(kind, use.grader)
    arguments = use.arguments or resolve._arguments(kind, use)
    return spec._evaluator(Fields({**use.wire(), "score": score.wire(), "arguments": arguments}, use.name or ""))


def given(case: Json) -> Sample:
    of_sample = {key: case[key] for key in ("target", "input", "message", "latency", "cost") if key in case}
    scores = {name: Score(name, "scored", value=value) for name, value in case.get("given", {}).items()}
    return sample(case.get("output"), scores=scores, **of_sample)
