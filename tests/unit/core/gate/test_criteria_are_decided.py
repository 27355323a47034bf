"""One criterion on one benchmark: what decides it, and what leaves it Unknown."""

import pytest

from referee.api.benchmark import PassCriteria
from referee.api.conditions import Reason
from referee.api.status import Gate, MetricValue
from referee.core import metrics
from referee.core.gate import Rules, decide
from referee.core.measured import Measured
from tests.unit.core.score.building import mean, share


def gate(measured: Measured, rules: Rules | None = None) -> Gate:
    (found,) = decide([measured], rules or Rules()).gates
    return found


def point(threshold: float, min_n: int = 0) -> PassCriteria:
    return PassCriteria(threshold=threshold, min_n=min_n)


def worst(threshold: float) -> PassCriteria:
    return PassCriteria(threshold=threshold, bound="Worst")


@pytest.mark.parametrize(
    ("measured", "result"),
    [
        (share(80, 100, criteria=point(0.8)), "Pass"),
        (share(79, 100, criteria=point(0.8)), "Fail"),
        (mean(0.1 + 0.2, 0.1, 50, span=(0, 1), criteria=point(0.3), lower_is_better=True), "Pass"),
        (mean(0.3, 0.1, 50, span=(0, 1), criteria=point(0.1 + 0.2)), "Pass"),
        (mean(0.3 - 1e-8, 0.1, 50, span=(0, 1), criteria=point(0.3)), "Fail"),
        (mean(2.1, 0.1, 50, span=(1, 5), criteria=point(2.0), lower_is_better=True), "Fail"),
        (share(9, 10, criteria=worst(0.59)), "Pass"),
        (share(9, 10, criteria=worst(0.60)), "Fail"),
        (share(1, 10, criteria=worst(0.41), lower_is_better=True), "Pass"),
        (share(1, 10, criteria=worst(0.40), lower_is_better=True), "Fail"),
        (share(90, 100, criteria=point(0.8, min_n=100)), "Pass"),
    ],
    ids=[
        "at the threshold",
        "below it",
        "above it by rounding, lower is better",
        "below it by rounding",
        "below it by more than rounding",
        "above it, lower is better",
        "lower end above",
        "lower end below",
        "upper end below, lower is better",
        "upper end above, lower is better",
        "just enough samples",
    ],
)
def test_by_comparison(measured: Measured, result: str) -> None:
    found = gate(measured)
    assert found.result == result
    assert found.reason == {"Pass": Reason.THRESHOLD_MET, "Fail": Reason.THRESHOLD_MISSED}[result]


@pytest.mark.parametrize(
    ("measured", "rules", "reason"),
    [
        (share(9, 10, criteria=point(0.1), executed=False), Rules(), Reason.NOT_EXECUTED),
        (share(9, 10, criteria=point(0.1), executed=False, partial=True), Rules(), Reason.PARTIAL_RESULT),
        (share(9, 10, criteria=point(0.1), partial=True), Rules(), Reason.PARTIAL_RESULT),
        (Measured("b", criteria=point(0.1), executed=False, partial=True), Rules(), Reason.NOT_EXECUTED),
        (Measured("b", criteria=point(0.1)), Rules(), Reason.METRIC_MISSING),
        (Measured("b", criteria=point(0.1), missing=Reason.AMBIGUOUS_METRIC), Rules(), Reason.AMBIGUOUS_METRIC),
        (share(9, 10, criteria=point(0.1, min_n=11)), Rules(), Reason.TOO_FEW_SAMPLES),
        (mean(0.9, None, None, criteria=point(0.1, min_n=1)), Rules(), Reason.TOO_FEW_SAMPLES),
        (share(1, 1, criteria=worst(0.1)), Rules(), Reason.NO_INTERVAL),
        (mean(0.9, None, 50, criteria=worst(0.1)), Rules(), Reason.NO_INTERVAL),
        (share(9, 10, criteria=point(0.1), unscored=None), Rules(max_error_rate=1), Reason.ERRORS_NOT_REPORTED),
        (share(9, 10, criteria=point(0.1), samples=None), Rules(max_error_rate=1), Reason.ERRORS_NOT_REPORTED),
        (share(89, 89, criteria=point(0.1), unscored=11), Rules(max_error_rate=0.1), Reason.ERROR_RATE_EXCEEDED),
    ],
    ids=[
        "not executed",
        "ended early",
        "partial",
        "ended early with nothing",
        "no primary metric",
        "several filters",
        "too few samples",
        "n unknown where minN is set",
        "a bound of one sample",
        "a bound without stderr",
        "no error counts",
        "no sample counts",
        "too many errors",
    ],
)
def test_nothing_is_decided_with(measured: Measured, rules: Rules, reason: Reason) -> None:
    found = gate(measured, rules)
    assert (found.result, found.reason) == ("Unknown", reason)


def test_the_error_rate_may_be_what_is_allowed() -> None:
    assert gate(share(90, 90, criteria=point(0.5), unscored=10), Rules(max_error_rate=0.1)).result == "Pass"


def test_a_gate_shows_what_decided_it() -> None:
    measured = share(9, 10, criteria=worst(0.8), required=False)
    found = gate(measured)
    assert measured.primary is not None
    assert found == Gate(
        subject="benchmark p/b",
        bound="Worst",
        value=0.9,
        ci_low=measured.primary.ci_low,
        ci_high=measured.primary.ci_high,
        method="Wilson",
        n=10,
        threshold=0.8,
        required=False,
        result="Fail",
        reason="ThresholdMissed",
        n_needed=62,
    )


@pytest.mark.parametrize(
    ("measured", "needed"),
    [
        (share(9, 10, criteria=point(0.1, min_n=30)), 30),
        (share(90, 100, criteria=worst(0.5)), None),
        (share(70, 100, criteria=point(0.8)), None),
        (share(70, 100, criteria=worst(0.8)), None),
        (mean(0.9, None, 50, criteria=worst(0.1)), None),
    ],
    ids=["minN", "it passed", "on the estimate", "the estimate misses too", "no interval"],
)
def test_the_n_needed_is_said_only_where_more_samples_could_pass(measured: Measured, needed: int | None) -> None:
    assert gate(measured).n_needed == needed


def test_how_a_reported_interval_shrinks_is_not_known() -> None:
    primary = MetricValue(name="m", value=0.9, ci_low=0.7, ci_high=1.0, n=50, method=metrics.REPORTED)
    found = gate(Measured("b", criteria=worst(0.8), primary=primary, boolean=True, span=(0, 1)))
    assert (found.result, found.n_needed) == ("Fail", None)
