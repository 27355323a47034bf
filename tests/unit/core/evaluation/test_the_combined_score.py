import math

import pytest

from referee.core.evaluation.outcomes import Policies
from referee.core.evaluation.scoretype import ScoreType
from referee.core.stats import bounded, moments, wilson
from tests.unit.core.evaluation.runs import BOOLEAN, JUDGE, PENDING, SKIPPED, TONE, Bad, Evaluator, Output, Run, measure

ERRORS = ScoreType("Numerical", min=0, max=10, lower_is_better=True)


def test_it_is_weighted_and_normalised_sample_by_sample() -> None:
    run = Run(
        [Evaluator("exact", BOOLEAN, 1), Evaluator("judge", JUDGE, 2), Evaluator("errors", ERRORS, 1)],
        {"exact": [True, False], "judge": [5, 3], "errors": [0, 5]},
    )
    score = run.document()["score"]
    each = [(1 + 2 * 1 + 1) / 4, (0 + 2 * 0.5 + 0.5) / 4]
    sample = moments.of(each)
    interval = bounded.interval(sample.mean, sample.stderr or 0, 2, (0, 1), 0.95)
    assert interval is not None
    assert (score["value"], score["stderr"], score["n"]) == (sample.mean, sample.stderr, 2)
    assert (score["ciLow"], score["ciHigh"]) == (interval.low, interval.high)


def test_its_spread_is_that_of_the_sums_not_of_independent_parts() -> None:
    opposite = [True, False] * 20
    run = Run(
        [Evaluator("one"), Evaluator("two")], {"one": opposite, "two": [not answer for answer in opposite]}
    ).document()
    assert run["score"]["stderr"] == 0
    both = Run([Evaluator("one"), Evaluator("two")], {"one": opposite, "two": opposite}).document()
    assert both["score"]["stderr"] == measure(both, "one")["stderr"]


def test_a_sample_that_lacks_a_weighted_score_has_none() -> None:
    run = Run(
        [Evaluator("exact"), Evaluator("judge", JUDGE), Evaluator("info", JUDGE, 0)],
        {"exact": [True, True, False, True], "judge": [5, Bad(), SKIPPED, PENDING], "info": [1, 1, 1, Bad()]},
    )
    found = run.document()
    score = found["score"]
    assert (score["value"], score["n"]) == (1.0, 1)
    assert (score["unscored"], score["skipped"], score["pending"], score["open"]) == (1, 1, 1, 1)
    assert found["samples"] == {"total": 4, "errors": 0, "scored": 1, "unscored": 1, "pending": 1}


def test_in_a_scenario_what_is_there_of_a_sample_stays() -> None:
    run = Run([Evaluator("exact"), Evaluator("judge", JUDGE)], {"exact": [True, True], "judge": [5, Bad()]})
    score = run.document()["score"]
    assert (score["ifWorst"], score["ifBest"]) == (0.75, 1.0)


def test_samples_that_could_not_be_run_are_counted_once() -> None:
    answers = {"exact": [True, Bad("model")], "judge": [5, Bad("model")]}
    found = Run([Evaluator("exact"), Evaluator("judge", JUDGE)], answers).document()
    assert found["samples"] == {"total": 2, "errors": 1, "scored": 1, "unscored": 1, "pending": 0}


@pytest.mark.parametrize("lower", [False, True])
def test_one_evaluator_alone_has_its_own_interval(lower: bool) -> None:
    type_ = ScoreType("Boolean", lower_is_better=lower)
    found = Run([Evaluator("exact", type_)], {"exact": [True] * 9 + [False]}).document()
    score, own = found["score"], measure(found, "exact")
    assert score["method"] == own["method"] == wilson.METHOD
    ends = (1 - own["ciHigh"], 1 - own["ciLow"]) if lower else (own["ciLow"], own["ciHigh"])
    assert (score["ciLow"], score["ciHigh"]) == pytest.approx(ends, abs=1e-15)


def test_without_a_weight_or_a_range_there_is_none() -> None:
    assert "score" not in Run([Evaluator("exact", BOOLEAN, 0)], {"exact": [True]}).document()
    unscaled = [Evaluator("exact"), Evaluator("length", ScoreType(min=0))]
    found = Run(unscaled, {"exact": [True], "length": [3]}).document()
    assert "score" not in found
    assert [metric["name"] for metric in found["metrics"]] == ["exact", "length"]


def test_the_keys_of_one_evaluator_share_its_weight() -> None:
    keys = [Output("clear", BOOLEAN), Output("tone", TONE), Output("why", ScoreType("Comment"))]
    run = Run(
        [Evaluator("review", outputs=keys, weight=2), Evaluator("exact", weight=2)],
        {"review.clear": [True], "review.tone": ["plain"], "review.why": ["since"], "exact": [False]},
    )
    found = run.document()
    assert found["score"]["value"] == (1 * 1 + 1 * 0.5 + 2 * 0) / 4
    assert [e["name"] for e in found["evaluators"]] == ["review.clear", "review.tone", "review.why", "exact"]


def test_a_missing_key_is_unscored_for_itself_alone() -> None:
    keys = [Output("a", BOOLEAN), Output("b", BOOLEAN)]
    run = Run([Evaluator("both", outputs=keys)], {"both.a": [True, True], "both.b": [True, Bad()]})
    found = run.document()
    assert (measure(found, "both.a")["n"], measure(found, "both.b")["n"], found["score"]["n"]) == (2, 1, 1)


def test_an_evaluator_called_score_does_not_pass_for_the_combined_one() -> None:
    run = Run([Evaluator("score", JUDGE), Evaluator("exact")], {"score": [5, 1], "exact": [True, True]})
    metrics = run.document()["metrics"]
    assert [(m["name"], m["value"]) for m in metrics] == [("score", 0.75), ("exact", 1.0)]


def test_what_counts_as_the_worst_has_no_second_scenario() -> None:
    answers = {"exact": [True, Bad("model")]}
    score = Run([Evaluator("exact")], answers, Policies(model="Worst")).document()["score"]
    assert (score["value"], score["n"], score["unscored"]) == (0.5, 2, 0)
    assert "ifWorst" not in score


def test_nothing_scored_is_no_number() -> None:
    found = Run([Evaluator("exact")], {"exact": [Bad(), Bad()]}).document()
    assert found["metrics"] == []
    assert found["score"].get("value") is None
    assert (found["score"]["n"], found["score"]["ifWorst"], found["score"]["ifBest"]) == (0, 0.0, 1.0)
    assert not any(math.isnan(v) for v in found["score"].values() if isinstance(v, float))
