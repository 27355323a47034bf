"""What the gates come to together: the table of Kleene's AND, written out."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.api.benchmark import PassCriteria
from referee.api.figures import Outcome
from referee.core.gate import Rules, decide, kleene_and
from referee.core.measured import Measured
from tests.unit.core.score.building import share

CRITERIA = PassCriteria(threshold=0.5)
PASSES, FAILS = share(9, 10, criteria=CRITERIA), share(1, 10, criteria=CRITERIA)
UNKNOWN = share(9, 10, criteria=CRITERIA, executed=False)

TABLE: dict[tuple[Outcome, Outcome], Outcome] = {
    ("Pass", "Pass"): "Pass",
    ("Pass", "Fail"): "Fail",
    ("Pass", "Unknown"): "Unknown",
    ("Fail", "Pass"): "Fail",
    ("Fail", "Fail"): "Fail",
    ("Fail", "Unknown"): "Fail",
    ("Unknown", "Pass"): "Unknown",
    ("Unknown", "Fail"): "Fail",
    ("Unknown", "Unknown"): "Unknown",
}
OUTCOMES: tuple[Outcome, ...] = ("Pass", "Fail", "Unknown")


def test_the_table_is_complete() -> None:
    assert set(TABLE) == set(itertools.product(OUTCOMES, repeat=2))


@pytest.mark.parametrize(("pair", "expected"), TABLE.items(), ids=str)
def test_of_two(pair: tuple[Outcome, Outcome], expected: Outcome) -> None:
    assert kleene_and(pair) == expected


@given(st.lists(st.sampled_from(OUTCOMES), min_size=1))
def test_of_many_is_of_two_repeated(results: list[Outcome]) -> None:
    folded = results[0]
    for result in results[1:]:
        folded = TABLE[folded, result]
    assert kleene_and(results) == folded


@pytest.mark.parametrize(
    ("measured", "result", "reason"),
    [
        ([PASSES, PASSES], "Pass", "AllGatesPassed"),
        ([PASSES, FAILS, UNKNOWN], "Fail", "GateFailed"),
        ([PASSES, UNKNOWN], "Unknown", "GateUndecided"),
        ([PASSES, share(1, 10)], "Pass", "AllGatesPassed"),
        ([share(1, 10)], "Unknown", "NoCriteria"),
        ([], "Unknown", "NoCriteria"),
        ([PASSES, share(1, 10, criteria=CRITERIA, required=False)], "Pass", "AllGatesPassed"),
        ([share(9, 10, criteria=CRITERIA, required=False)], "Unknown", "NoCriteria"),
    ],
    ids=[
        "all pass",
        "one fails",
        "one is undecided",
        "one without criteria is no gate",
        "no criteria",
        "no benchmark",
        "one that is not required",
        "none that is required",
    ],
)
def test_with(measured: list[Measured], result: str, reason: str) -> None:
    verdict = decide(measured, Rules())
    assert (verdict.result, verdict.reason) == (result, reason)


def test_a_gate_that_does_not_decide_is_shown() -> None:
    verdict = decide([PASSES, share(1, 10, criteria=CRITERIA, required=False)], Rules())
    assert [(g.result, g.required) for g in verdict.gates] == [("Pass", True), ("Fail", False)]


def test_the_jobs_own_criterion_is_one_gate_more() -> None:
    verdict = decide([PASSES, share(1, 10)], Rules(job_criteria=PassCriteria(threshold=0.6)))
    assert [g.subject for g in verdict.gates] == ["benchmark p/b", "job"]
    assert verdict.result == "Fail"
