from typing import Literal

import pytest

from referee.api.provider import CatalogueMetric
from referee.core.result import ReportedMetric, Samples
from tests.unit.core.metrics.building import only, planned, read

WILSON = "Wilson"
TEMPERED = "Student t, a pseudo-observation at each end of the range"
PLAIN = "Student t"

Type = Literal["Boolean", "Numerical", "Categorical"]


def entry(type_: Type, range_: list[float] | None = None, name: str = "acc") -> list[CatalogueMetric]:
    return [CatalogueMetric(name=name, type=type_, range=range_)]


@pytest.mark.parametrize(
    ("reported", "catalogue", "method"),
    [
        ("Boolean", [], WILSON),
        (None, entry("Boolean"), WILSON),
        ("Numerical", entry("Boolean", [0, 1]), TEMPERED),
        (None, entry("Numerical", [0, 1]), TEMPERED),
        (None, entry("Categorical", [0, 1]), TEMPERED),
        ("Numerical", entry("Numerical"), PLAIN),
        (None, [], PLAIN),
    ],
    ids=[
        "the adapter says boolean",
        "the catalogue says boolean",
        "the adapter knows better",
        "a range",
        "choices with values",
        "no range",
        "nothing is declared",
    ],
)
def test_a_metric_gets(
    reported: Literal["Boolean", "Numerical"] | None, catalogue: list[CatalogueMetric], method: str
) -> None:
    value = only(read(ReportedMetric("acc", 0.35, 0.05, 100, reported), plan=planned(catalogue=catalogue)))
    assert value.method == method


def test_the_catalogue_knows_a_metric_under_its_filter() -> None:
    value = only(read(ReportedMetric("acc,none", 0.35, 0.05, 100), plan=planned(catalogue=entry("Boolean"))))
    assert value.method == WILSON


def test_the_range_of_the_primary_score_stands_in_for_the_catalogues() -> None:
    plan = planned("judge", range=[1, 5])
    reading = read(ReportedMetric("judge", 4.5, 0.1, 20), ReportedMetric("other", 4.5, 0.1, 20), plan=plan)
    assert [v.method for v in reading.values] == [TEMPERED, PLAIN]


def test_a_range_from_chance_level_is_not_that_of_a_sample() -> None:
    plan = planned(catalogue=entry("Numerical", [0, 1]), range=[0.25, 1])
    value = only(read(ReportedMetric("acc", 0.3, 0.1, 5), plan=plan))
    assert value.ci_low is not None
    assert value.ci_low < 0.25


def test_wilsons_worked_example() -> None:
    value = only(read(ReportedMetric("acc", 0.35, None, 100, "Boolean")))
    assert (value.ci_low, value.ci_high) == pytest.approx((0.2636425, 0.4474556))
    assert value.stderr == pytest.approx(0.0479372, rel=1e-5)


def test_n_of_the_whole_result_serves_a_metric_that_names_none() -> None:
    value = only(read(ReportedMetric("acc", 0.35, type="Boolean"), samples=Samples(total=100, scored=98)))
    assert (value.n, value.method) == (98, WILSON)


@pytest.mark.parametrize(
    "metric",
    [
        ReportedMetric("acc", 0.35, 0.05, None, "Boolean"),
        ReportedMetric("acc", 1.0, None, 1, "Boolean"),
        ReportedMetric("acc", 0.35, None, 100),
        ReportedMetric("acc", 0.35, 0.05, 9),
    ],
    ids=["n unknown", "one sample", "no stderr", "no range and few samples"],
)
def test_no_interval_and_no_method_without(metric: ReportedMetric) -> None:
    value = only(read(metric))
    assert (value.ci_low, value.ci_high, value.method) == (None, None, None)
