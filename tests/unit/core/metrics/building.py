"""Results and plans, as short as a test can say them."""

from typing import Any

from referee.api.benchmark import PrimaryScore
from referee.api.provider import CatalogueMetric
from referee.api.runplan import PlannedBenchmark
from referee.api.status import MetricValue
from referee.core import metrics
from referee.core.metrics import Reading
from referee.core.result import ReportedMetric, Result, Samples


def planned(
    primary: str | None = "acc", *, catalogue: list[CatalogueMetric] | None = None, **of_primary: Any
) -> PlannedBenchmark:
    score = None if primary is None else PrimaryScore(metric=primary, **of_primary)
    return PlannedBenchmark(index=0, id="mmlu", provider="lm", primary_score=score, metrics=catalogue or [])


def read(*reported: ReportedMetric, plan: PlannedBenchmark | None = None, samples: Samples | None = None) -> Reading:
    result = Result(status="Completed", metrics=reported, samples=samples or Samples())
    return metrics.read(result, plan or planned(), 0.95)


def only(reading: Reading) -> MetricValue:
    (value,) = reading.values
    return value


def pairs(**values: float) -> list[ReportedMetric]:
    """Flat pairs of name and value, as most frameworks have them; `__` stands for the comma of a filter."""
    return [ReportedMetric(name.replace("__", ","), value) for name, value in values.items()]
