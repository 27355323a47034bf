"""The frozen plan: what was resolved from a job, its providers and its collection, as it stands in status.plan.

Once written it is what runs. A provider or a collection that is edited or deleted later, and an operator that
restarts, cannot change a run in flight.
"""

from typing import Any

from referee.api.base import Model
from referee.api.benchmark import PassCriteria, PrimaryScore, Resources, Sampling
from referee.api.provider import Adapter, CatalogueMetric
from referee.api.testdata import TestData


class PlannedBenchmark(Model):
    """One benchmark with everything that the job, the collection and the provider say of it."""

    index: int
    id: str
    provider: str
    task: str | None = None
    parameters: dict[str, Any] = {}
    num_examples: int | None = None
    sampling: Sampling | None = None
    weight: float = 1
    required: bool = True
    primary_score: PrimaryScore | None = None
    pass_criteria: PassCriteria | None = None
    test_data: TestData | None = None
    resources: Resources | None = None
    metrics: list[CatalogueMetric] = []
    first_attempt: int = 1
    """Attempts below this belong to an earlier run of the object."""


class RunPlan(Model):
    """What is run in one attempt of an EvaluationJob."""

    adapters: dict[str, Adapter]
    """By provider id."""
    benchmarks: list[PlannedBenchmark]
    pass_criteria: PassCriteria | None = None
    digest: str = ""
    """sha256 of all that decides what is measured; the same for two attempts that measure the same."""
