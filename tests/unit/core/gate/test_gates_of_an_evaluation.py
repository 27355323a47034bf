"""What the gates of an evaluation decide, and what leaves them Unknown. Wrong in kind is what is looked for."""

import random
from typing import Any

import pytest

from referee.api.conditions import Reason
from referee.core.evaluation.outcomes import Policies
from referee.core.evaluation.reading import Reduction
from referee.core.evaluation.scoretype import ScoreType
from tests.unit.core.evaluation.runs import BOOLEAN, JUDGE, LATENCY, PENDING, TONE, Bad
from tests.unit.core.gate.evaluations import criteria, only, planned, said, verdict

EIGHTY = [True] * 80 + [False] * 20
POINT, WORST = criteria(0.8), criteria(0.8, bound="Worst")


def test_errors_that_go_with_difficulty_could_decide() -> None:
    # Half of the questions are hard. The model answers 95 % of the easy ones, 55 % of the hard ones: 0.75 in truth.
    # The judge fails on most of the hard ones, so the mean of what is left is over the threshold.
    rng = random.Random(5)  # noqa: S311 - answers, not secrets
    answers: list[Any] = []
    for at in range(400):
        hard = at % 2 == 0
        right = rng.random() < (0.55 if hard else 0.95)
        answers.append(Bad() if hard and rng.random() < 0.7 else right)
    found = verdict([planned("judge", BOOLEAN, POINT)], {"judge": answers})
    gate = only(found)
    assert gate.value is not None
    assert gate.value > 0.83
    assert (gate.result, gate.reason) == ("Unknown", Reason.ERRORS_COULD_DECIDE)
    assert (found.result, found.reason) == ("Unknown", Reason.GATE_UNDECIDED)


def test_a_judge_that_fails_now_and_then_decides_nothing_of_the_others() -> None:
    evaluators = [planned("judge", JUDGE, criteria(4)), planned("exact", BOOLEAN, POINT)]
    answers: dict[str, list[Any]] = {"judge": [Bad() if at % 10 == 0 else 5 for at in range(100)], "exact": EIGHTY}
    judge, exact = verdict(evaluators, answers).gates
    assert (judge.value, judge.n, judge.result) == (5.0, 90, "Pass")  # nine fives and one 1 are 4.6 at worst
    assert (exact.value, exact.n, exact.result) == (0.8, 100, "Pass")


def named(given: Any) -> str:
    """Long lists of answers make no name."""
    return given if isinstance(given, str) else ""


@pytest.mark.parametrize(
    ("score", "answers", "gate", "expected"),
    [
        (BOOLEAN, EIGHTY, POINT, "Pass"),
        (BOOLEAN, EIGHTY, criteria(0.81), "Fail"),
        (BOOLEAN, EIGHTY, WORST, "Fail"),
        (BOOLEAN, EIGHTY, criteria(0.71, bound="Worst"), "Pass"),
        (JUDGE, [5, 4, 3, 4], criteria(4), "Pass"),
        (JUDGE, [5, 4, 3, 4], criteria(0.75, measure="PassRate"), "Pass"),
        (JUDGE, [5, 4, 3, 4], criteria(0.76, measure="PassRate"), "Fail"),
        (JUDGE, [1, 1, 5, 5, 5], criteria(5, measure="Median"), "Pass"),
        (LATENCY, [0.1] * 99 + [9], criteria(0.1, measure="P95"), "Pass"),
        (LATENCY, [0.1] * 90 + [9] * 10, criteria(0.1, measure="P95"), "Fail"),
        (LATENCY, [0.1] * 10, criteria(0.1, measure="P95", bound="Worst"), "NoInterval"),
        (LATENCY, [0.1] * 5, criteria(0.2, bound="Worst"), "NoInterval"),
        (ScoreType("Boolean", lower_is_better=True), EIGHTY, criteria(0.8), "Pass"),
        (ScoreType("Boolean", lower_is_better=True), EIGHTY, criteria(0.79), "Fail"),
        (ScoreType("Boolean", lower_is_better=True), EIGHTY, criteria(0.2, measure="PassRate"), "Pass"),
        (TONE, ["kind", "plain"], criteria(1.5), "Pass"),
        (BOOLEAN, EIGHTY, criteria(0.5, minN=101), "TooFewSamples"),
        (BOOLEAN, [Bad()] * 5, POINT, "NotExecuted"),
        (BOOLEAN, [True], WORST, "NoInterval"),
        (BOOLEAN, [*EIGHTY, PENDING], criteria(0.1), "ScoresMissing"),
    ],
    ids=named,
)
def test_of_an_evaluator(score: ScoreType, answers: list[Any], gate: Any, expected: str) -> None:
    assert said(verdict([planned("it", score, gate)], {"it": answers})) == expected


@pytest.mark.parametrize(
    ("score", "answers", "gate", "expected"),
    [
        (BOOLEAN, [True] * 90 + [False] * 10 + [Bad()] * 12, POINT, "Pass"),
        (BOOLEAN, [True] * 90 + [False] * 10 + [Bad()] * 13, POINT, "ErrorsCouldDecide"),
        (BOOLEAN, [True] * 70 + [False] * 30 + [Bad()] * 49, POINT, "Fail"),
        (BOOLEAN, [True] * 70 + [False] * 30 + [Bad()] * 50, POINT, "ErrorsCouldDecide"),
        (BOOLEAN, [True] * 90 + [False] * 10 + [Bad()] * 2, WORST, "Pass"),
        (BOOLEAN, [True] * 90 + [False] * 10 + [Bad()] * 3, WORST, "ErrorsCouldDecide"),
        (BOOLEAN, [True] * 100 + [Bad()] * 5, criteria(0.9, bound="Worst"), "ErrorsCouldDecide"),
        (JUDGE, [5] * 9 + [Bad()], criteria(0.9, measure="PassRate"), "Pass"),
        (JUDGE, [5] * 9 + [Bad()] * 2, criteria(0.9, measure="PassRate"), "ErrorsCouldDecide"),
        (JUDGE, [5, 5, 5, 1, Bad()], criteria(5, measure="Median"), "Pass"),
        (JUDGE, [5, 5, 1, 1, Bad()], criteria(3, measure="Median"), "ErrorsCouldDecide"),
        (LATENCY, [1.0, 1.0, Bad()], criteria(2), "ErrorsCouldDecide"),
        (LATENCY, [3.0, 3.0, Bad()], criteria(2.5), "ErrorsCouldDecide"),
    ],
    ids=named,
)
def test_unscored_samples_could_turn_it(score: ScoreType, answers: list[Any], gate: Any, expected: str) -> None:
    assert said(verdict([planned("it", score, gate)], {"it": answers})) == expected


def test_an_accepted_error_rate_settles_what_nobody_can_say() -> None:
    latency = [planned("latency", LATENCY, criteria(2))]
    answers = {"latency": [1.0] * 19 + [Bad()]}
    assert said(verdict(latency, answers, max_error_rate=0.05)) == "Pass"
    assert said(verdict(latency, answers, max_error_rate=0.04)) == "ErrorRateExceeded"


def test_it_holds_for_each_evaluator_by_itself() -> None:
    evaluators = [planned("judge", JUDGE, criteria(1)), planned("exact", BOOLEAN, POINT)]
    answers: dict[str, list[Any]] = {"judge": [5] * 80 + [Bad()] * 20, "exact": EIGHTY}
    judge, exact = verdict(evaluators, answers, max_error_rate=0.1).gates
    assert (judge.reason, exact.result) == (Reason.ERROR_RATE_EXCEEDED, "Pass")


def test_what_counts_as_the_worst_is_decided_but_still_an_error() -> None:
    evaluators = [planned("it", BOOLEAN, POINT)]
    answers: dict[str, list[Any]] = {"it": [True] * 90 + [False] * 5 + [Bad()] * 10}
    assert said(verdict(evaluators, answers, policies=Policies(evaluator="Worst"))) == "Pass"
    more: dict[str, list[Any]] = {"it": [True] * 90 + [False] * 5 + [Bad()] * 20}
    assert said(verdict(evaluators, more, policies=Policies(evaluator="Worst"))) == "Fail"
    assert said(verdict(evaluators, answers, policies=Policies(evaluator="Worst"), max_error_rate=0.05)) == (
        "ErrorRateExceeded"
    )


@pytest.mark.parametrize(
    ("closing", "expected"), [("Unknown", "ScoresMissing"), ("Fail", "Fail"), ("ScorePartial", "Pass")]
)
def test_completed_with_three_of_ten_labels_missing(closing: Any, expected: str) -> None:
    people = [planned("people", BOOLEAN, POINT)]
    answers: dict[str, list[Any]] = {"people": [True] * 7 + [PENDING] * 3}
    policies = Policies(closing=closing)
    assert said(verdict(people, answers, policies=policies)) == expected
    job = verdict([planned("people")], answers, POINT, policies=policies)
    assert said(job) == expected
    if closing == "Fail":
        assert only(job).reason == Reason.SCORES_MISSING


def test_of_a_part_of_the_samples() -> None:
    gate = criteria(0.8, slice={"by": "metadata.part", "value": "de"})
    parts = ["en"] * 80 + ["de"] * 20
    answers: dict[str, list[Any]] = {"exact": [True] * 95 + [False] * 5}
    found = only(verdict([planned("exact", BOOLEAN, gate)], answers, slices=parts))
    assert (found.subject, found.value, found.n, found.result) == (
        "evaluator exact [metadata.part=de]",
        0.75,
        20,
        "Fail",
    )
    job = only(verdict([planned("exact")], answers, gate, slices=parts))
    assert (job.subject, job.value, job.result) == ("job [metadata.part=de]", 0.75, "Fail")
    few = criteria(0.1, minN=30, slice={"by": "metadata.part", "value": "de"})
    assert said(verdict([planned("exact", BOOLEAN, few)], answers, slices=parts)) == "TooFewSamples"
    nobody = criteria(0.1, slice={"by": "metadata.part", "value": "xx"})
    assert said(verdict([planned("exact", BOOLEAN, nobody)], answers, slices=parts)) == "NothingScored"


def test_of_the_job() -> None:
    evaluators = [planned("exact", BOOLEAN), planned("judge", JUDGE, weight=3)]
    answers: dict[str, list[Any]] = {"exact": [True, True, False, True] * 10, "judge": [5, 4, 4, 5] * 10}
    found = only(verdict(evaluators, answers, criteria(0.84)))
    assert found.value == pytest.approx(0.84375)
    assert (found.subject, found.n, found.result) == ("job", 40, "Pass")
    assert only(verdict(evaluators, answers, criteria(0.85))).result == "Fail"
    assert only(verdict(evaluators, answers, criteria(0.84, bound="Worst"))).result == "Fail"


def test_the_job_rests_on_no_weighted_evaluator_that_failed_too_often() -> None:
    answers: dict[str, list[Any]] = {"exact": EIGHTY, "judge": [5] * 80 + [Bad()] * 20}
    weighted = [planned("exact"), planned("judge", JUDGE)]
    assert said(verdict(weighted, answers, criteria(0.1), max_error_rate=0.1)) == "ErrorRateExceeded"
    informational = [planned("exact"), planned("judge", JUDGE, weight=0)]
    assert said(verdict(informational, answers, criteria(0.1), max_error_rate=0.1)) == "Pass"


def test_one_evaluator_and_its_job_agree() -> None:
    for gate in (criteria(0.71, bound="Worst"), criteria(0.72, bound="Worst")):
        evaluator, job = verdict([planned("exact", BOOLEAN, gate)], {"exact": EIGHTY}, gate).gates
        assert evaluator.result == job.result
        assert evaluator.ci_low == pytest.approx(job.ci_low)


def test_which_way_is_better_follows_the_reducer() -> None:
    # Of a latency, how often one of the epochs is quick enough: more is better.
    quick = ScoreType("Numerical", min=0, passing=1, lower_is_better=True)
    answers = {"latency": [[0.5, 3.0], [4.0, 3.0], [0.5, 0.5]]}
    found = verdict(
        [planned("latency", quick, criteria(0.6), 0)], answers, epochs=2, reductions=[Reduction("AtLeastK", 1)]
    )
    assert only(found).value == pytest.approx(2 / 3)
    assert only(found).result == "Pass"


@pytest.mark.parametrize(
    ("people", "least", "expected"),
    [
        ([True, False] * 20, 0.9, "Pass"),
        ([True, False] * 18 + [False, True] * 2, 0.9, "AgreementTooLow"),
        ([PENDING] * 40, -1, "AgreementMissing"),
        ([True] * 40, 0.0, "Pass"),
    ],
    ids=["they agree", "they often do not", "nobody has labelled", "people see no difference"],
)
def test_a_judge_decides_only_as_far_as_it_agrees_with_people(people: list[Any], least: float, expected: str) -> None:
    gate = criteria(0.5, requireAgreement={"measure": "Kappa", "min": least, "with": "people"})
    evaluators = [planned("judge", BOOLEAN, gate), planned("people", weight=0)]
    assert said(verdict(evaluators, {"judge": [True, False] * 20, "people": people})) == expected


def test_a_gate_that_is_not_required_does_not_decide() -> None:
    evaluators = [planned("exact", BOOLEAN, POINT), planned("tone", TONE, criteria(2), required=False)]
    found = verdict(evaluators, {"exact": EIGHTY, "tone": ["rude"] * 100})
    assert [(g.result, g.required) for g in found.gates] == [("Pass", True), ("Fail", False)]
    assert found.result == "Pass"


def test_the_n_needed_is_said_where_more_samples_could_pass() -> None:
    missed = only(verdict([planned("exact", BOOLEAN, criteria(0.75, bound="Worst"))], {"exact": EIGHTY}))
    assert missed.result == "Fail"
    assert missed.n_needed is not None
    assert 200 < missed.n_needed < 400
    assert only(verdict([planned("exact", BOOLEAN, criteria(0.9, bound="Worst"))], {"exact": EIGHTY})).n_needed is None


def without(*path: str) -> Any:
    def cut(document: dict[str, Any]) -> dict[str, Any]:
        document.pop(path[0], None)
        return document

    return cut


@pytest.mark.parametrize("part", ["evaluators", "score", "slices", "metrics", "samples"])
def test_what_the_document_lacks_is_never_a_pass_that_was_none(part: str) -> None:
    evaluators = [planned("exact", BOOLEAN, criteria(0.9))]
    assert verdict(evaluators, {"exact": EIGHTY}, POINT, cut=without(part)).result != "Pass"


def test_a_document_cut_of_its_evaluators_decides_nothing() -> None:
    found = verdict([planned("exact", BOOLEAN, criteria(0.1))], {"exact": EIGHTY}, cut=without("evaluators"))
    assert said(found) == "NotReported"


def test_the_longest_names_and_methods_fit_into_status() -> None:
    gate = criteria(0.5, slice={"by": "metadata." + "b" * 240, "value": "v" * 256})
    names = [planned("n" * 128, JUDGE, gate)]
    found = verdict(names, {"n" * 128: [5, 4] * 20}, slices=["v" * 256] * 40, more={"truncated": True})
    assert found.gates[0].subject.startswith("evaluator nnn")
    assert len(found.gates[0].subject) == 600

    def long(document: dict[str, Any]) -> dict[str, Any]:
        document["score"]["method"] = "m" * 100
        return document

    assert only(verdict([planned("exact")], {"exact": EIGHTY}, POINT, cut=long)).method == "m" * 64
