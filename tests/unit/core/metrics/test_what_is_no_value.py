"""What cannot be a value is left out with a problem; its gate is then Unknown instead of decided by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.api.conditions import Reason
from referee.core.result import ReportedMetric, Samples
from tests.unit.core.metrics.building import only, read


@pytest.mark.parametrize(
    ("metric", "problem"),
    [
        (ReportedMetric("acc", 0.35, n=0), "metric 'acc' has n = 0: nothing was scored"),
        (ReportedMetric("acc", 35.0, n=9, type="Boolean"), "is boolean and 35 is no share of samples: report 0 to 1"),
        (ReportedMetric("acc", -0.1, n=9, type="Boolean"), "is boolean and -0.1 is no share of samples"),
        (ReportedMetric("acc", 1e200), "has a number beyond 1e+30"),
        (ReportedMetric("acc", 0.1, stderr=1e200), "has a number beyond 1e+30"),
        (ReportedMetric("acc", 0.1, n=10**30), "an n beyond 1e+12"),
        (ReportedMetric("a" * 254, 0.1), "its name has more than 253 characters"),
    ],
    ids=["nothing scored", "a percentage", "a negative share", "absurd", "absurd stderr", "absurd n", "absurd name"],
)
def test_it_is_left_out_with_a_problem(metric: ReportedMetric, problem: str) -> None:
    reading = read(metric)
    assert reading.values == ()
    assert reading.primary.reason is Reason.METRIC_MISSING
    assert problem in reading.problems[0]


def test_nothing_scored_in_the_whole_result_is_no_value() -> None:
    assert read(ReportedMetric("acc", 0.0), samples=Samples(total=5, scored=0)).values == ()


def test_two_values_for_one_name_are_none() -> None:
    reading = read(ReportedMetric("acc", 0.2), ReportedMetric("f1", 0.3), ReportedMetric("acc", 0.9))
    assert [v.name for v in reading.values] == ["f1"]
    assert reading.problems == ("metric 'acc' was reported twice with different values",)


def test_the_same_said_twice_is_said_once() -> None:
    reading = read(ReportedMetric("acc", 0.2), ReportedMetric("acc", 0.2))
    assert only(reading).value == 0.2
    assert reading.problems == ()


def test_a_negative_standard_error_is_left_out() -> None:
    reading = read(ReportedMetric("loss", 2.0, stderr=-0.1, n=100))
    assert only(reading).stderr is None
    assert reading.problems == ("metric 'loss': its stderr is negative and was left out",)


def test_rounding_beyond_one_is_one() -> None:
    assert only(read(ReportedMetric("acc", 1 + 1e-12, n=10, type="Boolean"))).value == 1


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.sampled_from(
    ["acc", "acc,none", "acc,strict", "acc_stderr", "acc_stderr,none", "acc_ci_lower", "acc_ci_upper", "f1", "_stderr"]
)
METRICS = st.builds(
    ReportedMetric,
    name=NAMES,
    value=NUMBERS,
    stderr=st.none() | NUMBERS,
    n=st.none() | st.integers(0, 10**40),
    type=st.sampled_from([None, "Boolean", "Numerical"]),
)


@given(st.lists(METRICS, max_size=8))
def test_whatever_is_reported_gives_finite_metrics_in_order(reported: list[ReportedMetric]) -> None:
    reading = read(*reported)
    names = [m.name for m in reported]
    assert [names.index(v.name) for v in reading.values] == sorted(names.index(v.name) for v in reading.values)
    for value in reading.values:
        assert (value.ci_low is None) == (value.ci_high is None) == (value.method is None)
        if value.ci_low is not None and value.ci_high is not None:
            assert -1e40 < value.ci_low <= value.ci_high < 1e40
