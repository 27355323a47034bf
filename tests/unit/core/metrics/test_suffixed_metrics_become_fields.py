import pytest

from referee.core.result import ReportedMetric
from tests.unit.core.metrics.building import only, pairs, read


@pytest.mark.parametrize(
    "reported",
    [
        pairs(acc=0.35, acc_stderr=0.05),
        pairs(acc_stderr=0.05, acc=0.35),
        pairs(acc__none=0.35, acc_stderr__none=0.05),
        pairs(acc__none=0.35, acc_stderr=0.05),
        pairs(acc=0.35, acc_stderr__none=0.05),
    ],
    ids=["plain", "the field first", "with a filter", "filter on the metric alone", "filter on the field alone"],
)
def test_a_standard_error_goes_to_its_metric(reported: list[ReportedMetric]) -> None:
    value = only(read(*reported))
    assert (value.value, value.stderr) == (0.35, 0.05)


def test_each_filter_keeps_its_own() -> None:
    reading = read(
        *pairs(em__strict=0.2, em_stderr__strict=0.02, em__flexible=0.3, em_stderr__flexible=0.03), *pairs(f1=0.5)
    )
    assert [(v.name, v.stderr) for v in reading.values] == [("em,strict", 0.02), ("em,flexible", 0.03), ("f1", None)]


def test_a_field_of_several_filters_belongs_to_none_of_them() -> None:
    reading = read(*pairs(em__strict=0.2, em__flexible=0.3, em_stderr=0.02))
    assert [(v.name, v.stderr) for v in reading.values] == [
        ("em,strict", None),
        ("em,flexible", None),
        ("em_stderr", None),
    ]


def test_a_field_without_its_metric_is_a_metric() -> None:
    assert only(read(*pairs(pooled_stderr=0.02))).name == "pooled_stderr"


def test_what_the_metric_says_itself_wins() -> None:
    value = only(read(ReportedMetric("acc", 0.35, stderr=0.04), *pairs(acc_stderr=0.05)))
    assert value.stderr == 0.04


def test_a_reported_interval_stands_and_says_whose_it_is() -> None:
    value = only(read(ReportedMetric("acc", 0.35, 0.05, 100, "Boolean"), *pairs(acc_ci_lower=0.2, acc_ci_upper=0.6)))
    assert (value.ci_low, value.ci_high, value.method) == (0.2, 0.6, "as reported by the adapter")


@pytest.mark.parametrize(
    "ends",
    [pairs(acc_ci_lower=0.2), pairs(acc_ci_upper=0.6), pairs(acc_ci_lower=0.4, acc_ci_upper=0.6)],
    ids=["no upper end", "no lower end", "the value lies outside"],
)
def test_an_interval_that_cannot_be_one_gives_way_to_ours(ends: list[ReportedMetric]) -> None:
    reading = read(ReportedMetric("acc", 0.35, 0.05, 100, "Boolean"), *ends)
    assert only(reading).method == "Wilson"
    assert "metric 'acc': its reported interval" in reading.problems[0]
