"""What a benchmark's plan and status say to the score and the gates."""

import pytest

from referee.api.benchmark import PassCriteria, PrimaryScore
from referee.api.conditions import Reason
from referee.api.provider import CatalogueMetric
from referee.api.runplan import PlannedBenchmark
from referee.api.status import BenchmarkPhase, BenchmarkStatus, MetricValue
from referee.core import metrics
from referee.core.measured import End, Measured
from tests.unit.core.score.building import mean, share

ACC = MetricValue(name="acc", value=0.8, stderr=0.04, ci_low=0.71, ci_high=0.87, method="Wilson", n=100)


def of(status: BenchmarkStatus, **plan: object) -> Measured:
    score = PrimaryScore(metric="acc", lower_is_better=False, range=[0.25, 1])
    planned = PlannedBenchmark(index=3, id="mmlu", provider="lm", primary_score=score)
    return Measured.of(planned.model_copy(update=plan), status)


def status(phase: BenchmarkPhase = "Completed", **fields: object) -> BenchmarkStatus:
    base = BenchmarkStatus(index=3, id="mmlu", provider="lm", phase=phase, primary=ACC, metrics=[ACC])
    return base.model_copy(update=fields)


def test_a_completed_one() -> None:
    criteria = PassCriteria(threshold=0.7)
    found = of(status(samples=102, errors=1, unscored=2), pass_criteria=criteria, weight=2.0)
    assert found == Measured(
        subject="benchmark lm/mmlu",
        index=3,
        weight=2.0,
        criteria=criteria,
        scale=(0.25, 1),
        boolean=True,
        span=(0, 1),
        primary=ACC,
        samples=102,
        unscored=2,
    )
    assert found.counts


@pytest.mark.parametrize(
    ("method", "type_", "boolean"),
    [
        ("Wilson", "Numerical", True),
        ("Wilson, effective n 7", "Numerical", True),
        ("Student t", "Boolean", False),
        (None, "Boolean", True),
        (None, "Numerical", False),
        (metrics.REPORTED, "Boolean", True),
    ],
)
def test_its_type_is_that_of_its_interval_then_the_catalogues(method: str | None, type_: str, boolean: bool) -> None:
    catalogue = [CatalogueMetric.model_validate({"name": "acc", "type": type_})]
    found = of(status(primary=ACC.model_copy(update={"method": method})), metrics=catalogue)
    assert found.boolean is boolean


def test_without_weight_it_is_not_required() -> None:
    assert not of(status(), weight=0.0).required
    assert not of(status(), required=False).required


@pytest.mark.parametrize("phase", ["Failed", "Cancelled", "Running"])
def test_only_a_completed_one_was_executed(phase: BenchmarkPhase) -> None:
    assert not of(status(phase)).executed


def test_errors_stand_in_for_unscored_samples_that_are_not_reported() -> None:
    assert of(status(errors=4)).unscored == 4
    assert of(status(errors=4, unscored=0)).unscored == 0
    assert of(status()).unscored is None


def test_it_says_why_its_primary_metric_is_missing() -> None:
    two = [ACC.model_copy(update={"name": name}) for name in ("acc,none", "acc,strict")]
    assert of(status(primary=None, metrics=two)).missing is Reason.AMBIGUOUS_METRIC
    assert of(status(primary=None, metrics=[])).missing is Reason.METRIC_MISSING


def test_n_is_the_metrics_then_that_of_the_counts() -> None:
    assert of(status(samples=60, unscored=10)).n == 100
    unsized = ACC.model_copy(update={"n": None})
    assert of(status(primary=unsized, samples=60, unscored=10)).n == 50
    assert of(status(primary=unsized, samples=60)).n is None


@pytest.mark.parametrize(
    ("measured", "end", "expected"),
    [
        (share(90, 100, unscored=20), "worst", 90 / 120),
        (share(90, 100, unscored=20), "best", 110 / 120),
        (mean(2.0, 0.1, 30, span=(1, 5), unscored=10), "worst", 70 / 40),
        (mean(2.0, 0.1, 30, span=(1, 5), unscored=10, lower_is_better=True), "worst", 110 / 40),
        (mean(2.0, 0.1, None, span=(1, 5), unscored=10, samples=40), "best", 110 / 40),
        (mean(17.0, 1.0, 50, unscored=0), "worst", 17.0),
        (mean(17.0, 1.0, 50, unscored=None), "best", 17.0),
    ],
    ids=[
        "all wrong",
        "all right",
        "the low end",
        "the high end, lower is better",
        "n from the counts",
        "none unscored",
        "none reported",
    ],
)
def test_its_value_had_the_unscored_samples_been(measured: Measured, end: End, expected: float) -> None:
    assert measured.if_unscored_were(end) == pytest.approx(expected)


@pytest.mark.parametrize(
    "unclear",
    [
        mean(17.0, 1.0, 50, unscored=1),
        mean(17.0, 1.0, 50, span=(0, 1), unscored=1),
        mean(0.5, 0.1, None, span=(0, 1), unscored=1),
        Measured("b", unscored=1),
    ],
    ids=["no range", "a value outside its range", "n unknown", "no value"],
)
def test_nobody_can_say_what_unscored_samples_would_be_with(unclear: Measured) -> None:
    assert unclear.if_unscored_were("worst") is None
