"""Samples and evaluators for tests, as the loop and the job spec make them."""

from collections.abc import Mapping
from typing import Any

from referee.core.evaluation.datapoint import Datapoint
from referee.core.evaluation.scoretype import ScoreType
from referee_evaluators.evaluators import build
from referee_evaluators.spec import EvaluatorSpec, EvaluatorType, OutputKey
from referee_evaluators.types import Endpoint, Output, Sample, Score, Tools, Usage

BOOLEAN = ScoreType(type="Boolean")
NUMBER = ScoreType()
SHARE = ScoreType(min=0, max=1)


def no_endpoint(evaluator: EvaluatorSpec) -> Endpoint:
    raise AssertionError(f"nobody may ask for the endpoint of {evaluator.name}")


TOOLS = Tools(endpoint_for=no_endpoint)


def evaluator(
    type_: EvaluatorType, block: Mapping[str, Any], score: ScoreType = BOOLEAN, name: str = "it", **more: Any
) -> EvaluatorSpec:
    declared: dict[str, Any] = {
        "digest": "sha256:0",
        "arguments": "TargetFree",
        "outputs": (),
        "weight": 1,
        "required": True,
        "criteria": None,
        **more,
    }
    return EvaluatorSpec(name=name, type=type_, score=score, block=block, **declared)


def grader(kind: str, options: Mapping[str, Any] | None = None, score: ScoreType = BOOLEAN) -> EvaluatorSpec:
    return evaluator("Grader", {kind: dict(options or {})}, score)


def outputs(**types: ScoreType) -> tuple[OutputKey, ...]:
    return tuple(OutputKey(key, type_) for key, type_ in types.items())


def sample(output: str | None = "", target: Any = None, **more: Any) -> Sample:
    """A sample; what is of the output and what of the datapoint is told by the name."""
    of_output = {key: more.pop(key) for key in ("message", "usage", "latency", "cost") if key in more}
    scores, epoch = more.pop("scores", {}), more.pop("epoch", 1)
    datapoint = Datapoint(**{"id": "d1", "input": "What?", "target": target, **more})
    return Sample(datapoint, epoch, Output(output, **of_output), scores)


async def scored(spec: EvaluatorSpec, given: Sample, tools: Tools = TOOLS) -> Score:
    """The one score of an evaluator."""
    (score,) = await build(spec, tools).score(given)
    return score


async def value(spec: EvaluatorSpec, given: Sample) -> float:
    score = await scored(spec, given)
    assert score.outcome == "scored", score
    assert score.value is not None
    return score.value


USAGE = Usage(input_tokens=7, output_tokens=3)
