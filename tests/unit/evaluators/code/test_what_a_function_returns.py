"""From what users' functions return, raise or print to scores."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from referee.core.evaluation.scoretype import Choice, ScoreType
from referee_adapter import Failure
from referee_evaluators.evaluators import build
from referee_evaluators.sandbox.limits import Limits
from referee_evaluators.sandbox.pool import SandboxPool
from referee_evaluators.types import Sample, Score, Tools
from tests.unit.evaluators.samples import BOOLEAN, NUMBER, SHARE, TOOLS, evaluator, no_endpoint, outputs, sample, scored

STARS = ScoreType(type="Categorical", choices=(Choice("good", 1), Choice("bad", 0)))
COMMENT = ScoreType(type="Comment")


@pytest.fixture
async def tools() -> AsyncIterator[Tools]:
    pool = SandboxPool(Limits(seconds=3))
    yield Tools(endpoint_for=no_endpoint, sandbox=pool)
    await pool.close()


def code(body: str, score: ScoreType = BOOLEAN, **more: Any) -> Any:
    lines = "\n".join("    " + line for line in body.splitlines())
    return evaluator("Code", {"source": f"def check(log):\n{lines}\n"}, score, **more)


async def all_scores(spec: Any, one: Sample, tools: Tools) -> Sequence[Score]:
    return await build(spec, tools).score(one)


@pytest.mark.parametrize(
    ("returned", "type_", "value", "label"),
    [
        ("True", BOOLEAN, 1.0, None),
        ("log['output'] == 'x'", BOOLEAN, 0.0, None),
        ("0.25", SHARE, 0.25, None),
        ("7", NUMBER, 7.0, None),
        ("'good'", STARS, 1.0, "good"),
        ("'well done'", COMMENT, None, "well done"),
    ],
)
async def test_a_value_of_the_declared_type_is_the_score(
    tools: Tools, returned: str, type_: ScoreType, value: float | None, label: str | None
) -> None:
    score = await scored(code(f"return {returned}", type_), sample("y"), tools)
    assert (score.outcome, score.value, score.label) == ("scored", value, label)
    assert score.duration is not None


@pytest.mark.parametrize(
    ("returned", "type_", "error"),
    [
        ("'yes'", BOOLEAN, "'yes' is neither true nor false"),
        ("1.5", SHARE, "1.5 is above the greatest score, 1"),
        ("'so so'", STARS, "'so so' is not among the choices good, bad"),
        ("float('nan')", NUMBER, "nan is no number that can be compared"),
        ("None", NUMBER, "no value: an evaluator that has nothing to say must skip the sample"),
        ("object()", NUMBER, "TypeError: the function returned a value of type object, which is no score"),
    ],
)
async def test_a_value_of_another_type_is_no_score(tools: Tools, returned: str, type_: ScoreType, error: str) -> None:
    score = await scored(code(f"return {returned}", type_), sample("y"), tools)
    assert (score.outcome, score.cause, score.error) == ("unscored", "evaluator", error)


async def test_what_it_raises_is_told_with_its_own_lines(tools: Tools) -> None:
    source = "def _helper(text):\n    return int(text)\n\ndef check(log):\n    return _helper(log['output']) > 3\n"

    score = await scored(evaluator("Code", {"source": source}), sample("many"), tools)

    assert score.outcome == "unscored"
    assert score.cause == "evaluator"
    assert score.error == (
        "ValueError: invalid literal for int() with base 10: 'many'\n"
        "line 2, in _helper: return int(text)\n"
        "line 5, in check: return _helper(log['output']) > 3"
    )


async def test_one_sample_that_takes_too_long_is_unscored_and_the_next_is_scored(tools: Tools) -> None:
    spec = code("while log['output'] == 'slow':\n    pass\nreturn True")

    late = await scored(spec, sample("slow"), tools)

    assert (late.outcome, late.cause) == ("unscored", "evaluator")
    assert late.error == "The code was stopped: it did not return within 3 s."
    assert (await scored(spec, sample("fast"), tools)).value == 1.0


async def test_what_it_prints_is_the_explanation_also_of_a_failure(tools: Tools) -> None:
    score = await scored(code("print('length', len(log['output']))\nreturn True"), sample("abc"), tools)
    assert score.explanation == "length 3\n"
    score = await scored(code("print('before')\nraise KeyError('x')"), sample("abc"), tools)
    assert (score.outcome, score.explanation) == ("unscored", "before\n")


async def test_of_several_keys_each_stands_for_itself(tools: Tools) -> None:
    keys = outputs(a=BOOLEAN, b=SHARE, c=NUMBER)

    scores = await all_scores(code("return {'a': True, 'b': 2, 'more': 5}", outputs=keys), sample("y"), tools)

    assert {score.evaluator: (score.outcome, score.value, score.error) for score in scores} == {
        "it.a": ("scored", 1.0, None),
        "it.b": ("unscored", None, "2 is above the greatest score, 1"),
        "it.c": ("unscored", None, "the answer has no key 'c'"),
        "it.more": ("scored", 5.0, None),
    }


async def test_several_scores_where_one_is_declared_are_kept_and_do_not_count(tools: Tools) -> None:
    scores = await all_scores(code("return {'a': 1, 'b': 0.5}", NUMBER), sample("y"), tools)

    assert [(score.evaluator, score.outcome, score.value) for score in scores] == [
        ("it", "unscored", None),
        ("it.a", "scored", 1.0),
        ("it.b", "scored", 0.5),
    ]
    assert scores[0].error == "the function returned several scores; declare their keys in outputs to count them"


async def test_one_value_where_several_are_declared_is_no_score(tools: Tools) -> None:
    scores = await all_scores(code("return True", outputs=outputs(a=BOOLEAN, b=BOOLEAN)), sample("y"), tools)
    assert {score.error for score in scores} == {"the function must return a dict with the keys a, b"}


async def test_it_says_that_it_does_not_apply(tools: Tools) -> None:
    scores = await all_scores(
        code("return {'skip': 'no code'}", outputs=outputs(a=BOOLEAN, b=BOOLEAN)), sample("y"), tools
    )
    assert [(score.evaluator, score.outcome, score.explanation) for score in scores] == [
        ("it.a", "skipped", "no code"),
        ("it.b", "skipped", "no code"),
    ]


async def test_a_sample_without_a_target_is_not_run(tools: Tools) -> None:
    source = "def check(output, target):\n    raise ValueError(target)"
    score = await scored(evaluator("Code", {"source": source}, arguments="TargetRequired"), sample("y"), tools)
    assert (score.outcome, score.cause) == ("unscored", "TargetMissing")


def test_without_both_keys_the_run_is_refused_before_anything_is_run() -> None:
    with pytest.raises(Failure) as refused:
        build(code("return True"), TOOLS)
    assert refused.value.reason == "CodeNotAllowed"
    assert not refused.value.retryable
    assert "'it'" in refused.value.message
    assert "REFEREE_ALLOW_CODE" in refused.value.message


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        ({}, "evaluators.it.code.source"),
        ({"source": "def f(log:\n"}, r"the code is no Python: line 1, column 6: '\(' was never closed"),
        ({"source": "def f(a, b): ..."}, "no function has the parameters of an evaluator"),
        ({"source": "def f(log): ...", "entrypoint": "Main"}, r"entrypoint Main needs a function main\(eval_inputs\)"),
        ({"source": "def f(log): ...", "language": "TypeScript"}, "'TypeScript'; Python is what runs here"),
        ({"source": "def f(output, target): ..."}, "arguments is TargetFree, and f .line 1. takes the target"),
    ],
)
async def test_what_cannot_be_called_is_refused_before_the_first_call(
    tools: Tools, block: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(Failure, match=complaint) as refused:
        build(evaluator("Code", block), tools)
    assert refused.value.reason == "EvaluatorInvalid"
