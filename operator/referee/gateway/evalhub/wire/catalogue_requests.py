"""The bodies of providers and collections.

Nulls count as absent, since the CLI of the published SDK sends them for everything that was not said. What this
demands beyond EvalHub (a name, distinct benchmarks, an id for each) is what keeps one entry from breaking every list
that the SDK reads. Limits that the resource has are not said again here; the manifest is checked against them.
"""

# ruff: noqa: RUF012 - pydantic copies a field's default
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from referee.gateway.evalhub.wire.reading import FreeForm, Wire
from referee.gateway.evalhub.wire.requests import Benchmark, Name, PassCriteria, PrimaryScore, Required
from referee.gateway.evalhub.wire.requests import tag as checked_tag
from referee.gateway.evalhub.wire.runtimes import Runtime

Tag = Annotated[str, AfterValidator(checked_tag)]
TargetType = Literal["model", "agent", "inference_server"]


class ScoreRange(Wire):
    """What a range of scores means."""

    range: Required
    meaning: str = ""


class BenchmarkAgent(Wire):
    """Hints for agents about one benchmark."""

    result_interpretation: str | None = None
    score_ranges: list[ScoreRange] = []


class Agent(Wire):
    """Hints for agents that choose among providers or collections."""

    evaluates: list[str] = []
    recommended_when: list[str] = []
    target_type: TargetType | None = None
    summary: str | None = None
    complements: list[str] = []
    hints: list[str] = []
    result_interpretation: list[str] = []


class Facets(Wire):
    """Words by which things are found."""

    domains: list[str] = []
    tasks: list[str] = []
    modalities: list[str] = []
    industries: list[str] = []
    evaluation_targets: list[str] = []

    def said(self) -> dict[str, list[str]]:
        """Those that were given."""
        return {name: words for name in FACETS if (words := getattr(self, name))}


FACETS = tuple(Facets.model_fields)


class OfferedBenchmark(Facets):
    """A benchmark that a provider offers."""

    id: Required
    name: str = ""
    url: str | None = None
    description: str | None = None
    category: str = ""
    metrics: list[Required] = []
    num_few_shot: Annotated[int, Field(ge=0)] | None = None
    dataset_size: Annotated[int, Field(ge=0)] | None = None
    tags: list[Tag] = []
    primary_score: PrimaryScore | None = None
    pass_criteria: PassCriteria | None = None
    agent: BenchmarkAgent | None = None


class ProviderRequest(Wire):
    """The body that makes or replaces a provider."""

    name: Name
    title: str = ""
    description: str | None = None
    tags: list[Tag] = []
    runtime: Runtime | None = None
    benchmarks: list[OfferedBenchmark] = []
    agent: Agent | None = None


class CollectedBenchmark(Benchmark):
    """A benchmark in a collection."""

    @model_validator(mode="before")
    @classmethod
    def _called_otherwise(cls, given: Any) -> Any:  # noqa: ANN401 - whatever JSON stands there
        """Take `benchmark_id`, as the SDK's own model does."""
        if isinstance(given, dict) and given.get("id") is None and given.get("benchmark_id") is not None:
            return {**given, "id": given["benchmark_id"]}
        return given


class CollectionRequest(Facets):
    """The body that makes or replaces a collection."""

    name: Name
    category: Required
    description: str | None = None
    tags: list[Tag] = []
    custom: FreeForm = {}
    pass_criteria: PassCriteria | None = None
    benchmarks: Annotated[list[CollectedBenchmark], Field(min_length=1)]
    agent: Agent | None = None
