"""What an evaluation cannot do is said before anything runs: reason, field, culprit and remedy."""

from typing import Any

import pytest

from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.provider import Provider
from tests.unit.core.shelf import EXACT, POINTS, Shelf, an_evaluation, evaluators_provider, refused
from tests.unit.core.world import a_job

CODE = {"name": "mine", "type": "Code", "code": {"source": "def f(log):\n    return 1\n"}}
JUDGE_OF_TWO = {"type": "LLM", "llm": {"rubric": "is it polite, and true?"}}
JUDGE = {"name": "judge", "type": "LLM", "llm": {"rubric": "is it polite?"}, "score": {"min": 1, "max": 5}}


@pytest.mark.parametrize(
    ("block", "reason", "words"),
    [
        ({"dataset": {"ref": "capitols"}}, Reason.DATASET_NOT_FOUND, ["dataset.ref 'capitols'"]),
        ({"evaluators": [{"ref": "exct"}]}, Reason.EVALUATOR_NOT_FOUND, ["evaluators[0].ref 'exct'"]),
        ({"dataset": {"outputsOf": {"jobRef": "gone"}}, "generation": "Recorded"}, Reason.JOB_NOT_FOUND, ["'gone'"]),
        ({"evaluators": [CODE]}, Reason.CODE_NOT_ALLOWED, ["'mine'", "allowCode", "--allow-code"]),
        ({"evaluators": [EXACT, EXACT]}, Reason.INVALID_EVALUATOR, ["'exact'", "another name"]),
        (
            {
                "evaluators": [
                    {"name": "n" * 128, **JUDGE_OF_TWO, "outputs": [{"key": "k" * 128, "score": {"type": "Boolean"}}]}
                ]
            },
            Reason.INVALID_EVALUATOR,
            ["257 characters", "253", "shorter key"],
        ),
        (
            {"dataset": {"inline": [{"id": "a", "input": "x"}, {"id": "a", "input": "y"}]}},
            Reason.INVALID_DATA,
            ["inline[1].id", "'a'", "inline"],
        ),
        (
            {"dataset": {"inline": [{"input": "x", "expected": "1", "answer": "2"}]}},
            Reason.INVALID_DATA,
            ["inline[0]", "expected", "answer"],
        ),
        (
            {"dataset": {"inline": [{"input": "x"}, {"input": "y"}, POINTS[0]]}},
            Reason.TARGETS_MISSING,
            ["'exact'", "2 of 3"],
        ),
        (
            {"evaluators": [{"name": "l", "type": "Grader", "grader": {"length": {}}, "weight": 1}]},
            Reason.RANGE_REQUIRED,
            ["'l'", "score.min", "weight: 0"],
        ),
        (
            {"evaluators": [{"name": "f", "type": "Composite", "composite": {"formula": "exat * 2"}}, EXACT]},
            Reason.INVALID_EVALUATOR,
            ["'f'", "exat"],
        ),
        (
            {"evaluators": [{"name": "r", "type": "Grader", "grader": {"regex": {"pattern": "(a"}}}]},
            Reason.INVALID_EVALUATOR,
            ["'r'", "regex.pattern"],
        ),
        (
            {"evaluators": [{**EXACT, "passCriteria": {"threshold": 1, "measure": "P95"}}]},
            Reason.MEASURE_NOT_AVAILABLE,
            ["'exact'", "P95", "PassRate"],
        ),
        (
            {
                "evaluators": [
                    {
                        "name": "l",
                        "type": "Grader",
                        "grader": {"length": {}},
                        "passCriteria": {"threshold": 1, "measure": "PassRate"},
                    }
                ]
            },
            Reason.MEASURE_NOT_AVAILABLE,
            ["'l'", "score.passing"],
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_the_reason_and_the_culprit_are_named(block: dict[str, Any], reason: Reason, words: list[str]) -> None:
    refusal = refused(an_evaluation(**block))

    assert refusal.reason == reason
    assert all(word in refusal.message for word in words), refusal.message


@pytest.mark.parametrize(("provider", "operator"), [(True, False), (False, True)])
def test_one_key_does_not_let_code_run(provider: bool, operator: bool) -> None:
    shelf = Shelf(providers=[evaluators_provider(allow_code=provider)])

    assert refused(an_evaluation(evaluators=[CODE]), shelf, code=operator).reason == Reason.CODE_NOT_ALLOWED


def test_a_judge_without_a_model_needs_one_of_its_own() -> None:
    job = an_evaluation(
        generation="Recorded", dataset={"inline": [{**POINTS[0], "output": "Paris"}]}, evaluators=[JUDGE]
    )
    alone = EvaluationJob.model_validate({**job.wire(), "spec": {**job.wire()["spec"], "model": None}})

    refusal = refused(alone)

    assert refusal.reason == Reason.INVALID_EVALUATOR
    assert "'judge'" in refusal.message


def test_outputs_that_nobody_can_count_are_not_complete_by_themselves() -> None:
    job = an_evaluation(dataset={"posted": {}}, generation="External")

    refusal = refused(job)

    assert refusal.reason == Reason.INVALID_DATA
    assert "completion" in refusal.message


@pytest.mark.parametrize(
    "more", [{"measure": "P95"}, {"measure": "PassRate"}, {"slice": {"by": "metadata.language", "value": "de"}}]
)
def test_gates_on_samples_are_not_for_benchmarks_of_frameworks(more: dict[str, Any]) -> None:
    provider = {
        "metadata": {"name": "p"},
        "spec": {"adapter": {"image": "p:1"}, "benchmarks": [{"id": "one", "metrics": [{"name": "acc"}]}]},
    }
    job = a_job(passCriteria={"threshold": 0.5, **more})

    assert refused(job, Shelf(providers=[Provider.model_validate(provider)])).reason == Reason.MEASURE_NOT_AVAILABLE


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"measure": "PassRate"}, ["spec.passCriteria", "PassRate", "Median"]),
        (
            {"requireAgreement": {"measure": "Kappa", "min": 0.5, "with": "people"}},
            ["spec.passCriteria", "requireAgreement", "judge"],
        ),
    ],
)
def test_what_the_combined_score_cannot_be_asked_is_refused(more: dict[str, Any], words: list[str]) -> None:
    refusal = refused(an_evaluation(spec={"passCriteria": {"threshold": 0.5, **more}}))

    assert refusal.reason == Reason.MEASURE_NOT_AVAILABLE
    assert all(word in refusal.message for word in words), refusal.message


def test_choices_that_all_count_the_same_cannot_be_weighed() -> None:
    choices = [{"name": "yes", "value": 1}, {"name": "no", "value": 1}]
    judge = {**JUDGE, "score": {"type": "Categorical", "choices": choices}, "weight": 1}

    refusal = refused(an_evaluation(evaluators=[judge]))

    assert refusal.reason == Reason.RANGE_REQUIRED
    assert "not the same for all" in refusal.message


def test_formulas_that_need_each_other_are_refused() -> None:
    evaluators = [
        {"name": name, "type": "Composite", "composite": {"formula": f"{other} / 2"}}
        for name, other in (("a", "b"), ("b", "a"))
    ]

    refusal = refused(an_evaluation(evaluators=[*evaluators, EXACT]))

    assert refusal.reason == Reason.INVALID_EVALUATOR
    assert "a -> b -> a" in refusal.message
