"""An `evaluation:` block becomes one benchmark, with everything it leaves open filled in."""

from typing import Any

import pytest

from referee.api.dataset import Dataset
from referee.api.evaluator import Evaluator
from referee.api.runplan import PlannedEvaluator
from tests.unit.core.shelf import EXACT, POINTS, Shelf, an_evaluation, evaluators_provider, planned


def _evaluator(**block: Any) -> PlannedEvaluator:
    plan = planned(an_evaluation(evaluators=[{"name": "e", **block}]))
    assert plan.evaluation is not None
    return plan.evaluation.evaluators[0]


def test_it_is_one_benchmark_of_the_built_in_provider() -> None:
    plan = planned(an_evaluation())

    (benchmark,) = plan.benchmarks
    assert (benchmark.index, benchmark.id, benchmark.provider) == (0, "evaluation", "referee_evaluators")
    assert benchmark.primary_score is not None
    assert (benchmark.primary_score.metric, benchmark.primary_score.range) == ("score", [0, 1])


def test_datapoints_that_stand_in_the_job_are_not_copied_into_the_plan_but_digested() -> None:
    plan = planned(an_evaluation())

    assert plan.evaluation is not None
    assert plan.evaluation.data.in_spec
    assert plan.evaluation.data.inline is None
    assert plan.evaluation.data_digest.startswith("sha256:")
    assert plan.evaluation.count == len(POINTS)


def test_datapoints_of_a_dataset_are_frozen_since_it_can_be_edited() -> None:
    dataset = Dataset.model_validate({"metadata": {"name": "capitals"}, "spec": {"inline": POINTS}})
    plan = planned(an_evaluation(dataset={"ref": "capitals"}), Shelf(datasets=[dataset]))

    assert plan.evaluation is not None
    assert plan.evaluation.data.inline == POINTS


@pytest.mark.parametrize(
    ("grader", "type_", "low", "high", "arguments"),
    [
        ({"stringCheck": {}}, "Boolean", None, None, "TargetRequired"),
        ({"regex": {"pattern": "a+"}}, "Boolean", None, None, "TargetFree"),
        ({"numeric": {}}, "Boolean", None, None, "TargetRequired"),
        ({"similarity": {"metric": "BLEU"}}, "Numerical", 0, 1, "TargetRequired"),
        ({"length": {}}, "Numerical", 0, None, "TargetFree"),
        ({"latency": {}}, "Numerical", 0, None, "TargetFree"),
    ],
)
def test_a_grader_gives_the_score_of_its_kind(
    grader: dict[str, Any], type_: str, low: float | None, high: float | None, arguments: str
) -> None:
    found = _evaluator(type="Grader", grader=grader)

    assert (found.score.type, found.score.min, found.score.max) == (type_, low, high)
    assert found.arguments == arguments


@pytest.mark.parametrize(
    ("source", "arguments"),
    [
        ("def f(output, target):\n    return output == target\n", "TargetRequired"),
        ("def f(output, target=None):\n    return bool(output)\n", "TargetFree"),
        ("def f(log):\n    return 1\n", "TargetFree"),
    ],
)
def test_code_needs_a_target_where_its_function_cannot_do_without(source: str, arguments: str) -> None:
    job = an_evaluation(evaluators=[{"name": "e", "type": "Code", "code": {"source": source}}])
    plan = planned(job, Shelf(providers=[evaluators_provider(allow_code=True)]), code=True)

    assert plan.evaluation is not None
    assert plan.evaluation.evaluators[0].arguments == arguments


def test_what_has_no_range_weighs_nothing_unless_it_is_told_to() -> None:
    assert _evaluator(type="Grader", grader={"length": {}}).weight == 0
    assert _evaluator(type="Grader", grader={"stringCheck": {}}).weight == 1


def test_the_digest_of_an_evaluator_covers_what_decides_its_scores_and_nothing_else() -> None:
    plain = _evaluator(type="Grader", grader={"stringCheck": {}})
    gated = _evaluator(type="Grader", grader={"stringCheck": {}}, weight=3, passCriteria={"threshold": 0.5})
    other = _evaluator(type="Grader", grader={"stringCheck": {"ignoreCase": True}})

    assert plain.digest == gated.digest
    assert plain.digest != other.digest


def _digests(*evaluators: dict[str, Any], **spec: Any) -> dict[str, str]:
    plan = planned(an_evaluation(evaluators=list(evaluators), spec=spec))
    assert plan.evaluation is not None
    return {found.name: found.digest for found in plan.evaluation.evaluators}


def _judge(rubric: str, **more: Any) -> dict[str, Any]:
    return {"name": "tone", "type": "LLM", "llm": {"rubric": rubric}, "score": {"min": 0, "max": 1}, **more}


def test_a_formula_has_another_digest_once_one_of_its_operands_has() -> None:
    half = {"name": "half", "type": "Composite", "composite": {"formula": "tone / 2"}}
    both = {"name": "both", "type": "Composite", "composite": {"formula": "exact + half"}}
    before = _digests(both, half, EXACT, _judge("is it polite?"))
    same = _digests(EXACT, _judge("is it polite?", weight=3), half, both)
    after = _digests(both, half, EXACT, _judge("is it rude?"))

    assert before == same
    assert before["exact"] == after["exact"]
    assert all(before[name] != after[name] for name in ("tone", "half", "both"))


def test_a_formula_over_one_of_several_scores_has_the_digest_of_what_gives_them() -> None:
    outputs = [{"key": "warm", "score": {"min": 0, "max": 1}}, {"key": "kind", "score": {"min": 0, "max": 1}}]
    half = {"name": "half", "type": "Composite", "composite": {"formula": "tone.warm / 2"}}

    assert (
        _digests(_judge("is it polite?", outputs=outputs), half)["half"]
        != _digests(_judge("is it rude?", outputs=outputs), half)["half"]
    )


def test_where_the_model_under_test_is_the_judge_it_is_in_the_digest() -> None:
    model = {"url": "http://model:8000/v1", "name": "m"}
    own = _judge("is it polite?", llm={"rubric": "is it polite?", "model": {**model, "name": "judge"}})
    by_itself = _digests(_judge("is it polite?"), model=model)["tone"]

    for other in (
        {**model, "name": "n"},
        {**model, "url": "http://other:8000/v1"},
        {**model, "api": "Completions"},
        {**model, "parameters": {"temperature": 1}},
    ):
        assert by_itself != _digests(_judge("is it polite?"), model=other)["tone"]
        assert _digests(own, model=model) == _digests(own, model=other)
    incidental = {**model, "auth": {"secretRef": {"name": "key"}}, "timeoutSeconds": 5}
    assert by_itself == _digests(_judge("is it polite?"), model=incidental)["tone"]


def test_choices_that_all_count_the_same_weigh_nothing() -> None:
    choices = [{"name": "yes", "value": 1}, {"name": "no", "value": 1}]

    assert _evaluator(**{**_judge("?"), "score": {"type": "Categorical", "choices": choices}}).weight == 0


@pytest.mark.parametrize(
    "more", [{"measure": "Median"}, {"measure": "P95"}, {"slice": {"by": "metadata.language", "value": "de"}}]
)
def test_the_combined_score_is_gated_as_evaluators_are(more: dict[str, Any]) -> None:
    plan = planned(an_evaluation(spec={"passCriteria": {"threshold": 0.5, **more}}))

    assert plan.pass_criteria is not None
    assert plan.pass_criteria.wire().items() >= more.items()


def test_an_evaluator_by_its_id_is_called_by_it_unless_the_job_says_otherwise() -> None:
    exact = {**EXACT}
    exact.pop("name")
    shelf = Shelf(evaluators=[Evaluator.model_validate({"metadata": {"name": "exact-match"}, "spec": exact})])
    plan = planned(an_evaluation(evaluators=[{"ref": "exact-match"}, {"ref": "exact-match", "name": "again"}]), shelf)

    assert plan.evaluation is not None
    assert [e.name for e in plan.evaluation.evaluators] == ["exact-match", "again"]


def test_code_runs_with_both_keys() -> None:
    job = an_evaluation(evaluators=[{"name": "c", "type": "Code", "code": {"source": "def f(log):\n    return 1\n"}}])
    plan = planned(job, Shelf(providers=[evaluators_provider(allow_code=True)]), code=True)

    assert plan.evaluation is not None
    assert plan.evaluation.allow_code


def test_two_jobs_that_measure_the_same_have_one_digest_whatever_their_criteria() -> None:
    one = planned(an_evaluation())
    gated = planned(an_evaluation("other", uid="u2", spec={"passCriteria": {"threshold": 0.9}}))
    longer = planned(an_evaluation(dataset={"inline": [*POINTS, {"id": "it", "input": "Italia", "target": "Roma"}]}))

    assert one.digest == gated.digest
    assert one.digest != longer.digest
