"""Provider: an evaluation framework, its adapter image and the benchmarks it offers."""

from typing import Annotated, Literal

from pydantic import Field

from referee.api.base import FreeMap, FreeObject, Id, Model, Rule, Threshold, list_map
from referee.api.benchmark import ASCENDING_RANGE, PassCriteria, PrimaryScore, Resources
from referee.api.conditions import Condition
from referee.api.meta import ObjectMeta
from referee.api.pod import EnvVar

_Text = Annotated[str, Field(max_length=4096)]
_Line = Annotated[str, Field(max_length=512)]
_Tag = Annotated[str, Field(min_length=1, max_length=128)]
_Tags = Annotated[list[_Tag], Field(max_length=64)]

Contract = Literal["evalhub-v1", "referee-v1"]


class Adapter(Model):
    """The image that runs the framework, and how."""

    image: Annotated[str, Field(min_length=1, max_length=512, pattern=r"^\S+$")] | None = None
    """Image reference; one with a digest is the same image next year. Unset: the framework is known but not installed,
    and a job in a cluster that names it is refused with that."""
    command: Annotated[list[_Text], Field(max_length=64)] = []
    """Replaces the image's entrypoint."""
    args: Annotated[list[_Text], Field(max_length=64)] = []
    """Arguments to the command."""
    local_command: Annotated[list[_Text], Field(max_length=64)] = []
    """How `referee run` starts it, without an image; unset: `command`. A leading `python` is the CLI's interpreter."""
    env: Annotated[list[EnvVar], Field(max_length=64), list_map("name")] = []
    """Environment of the adapter."""
    resources: Resources = Resources()
    """Of the adapter container, where neither job nor benchmark says otherwise."""
    gpu: Annotated[int, Field(ge=0, le=64)] = 0
    """Whole devices, as a limit on nvidia.com/gpu."""
    pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    """As in a PodSpec."""
    contract: Contract = "referee-v1"
    """How it is spoken to: referee-v1 is made with referee_adapter, evalhub-v1 with eval-hub-sdk."""
    allow_code: bool = False
    """It may run code that stands in a job or an Evaluator; the operator's settings must allow it, too."""


class CatalogueMetric(Model):
    """A metric that a benchmark reports."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    """As the adapter reports it."""
    type: Literal["Boolean", "Numerical", "Categorical"] = "Numerical"
    """Boolean: each sample is right or wrong, so the interval is one of a proportion."""
    lower_is_better: bool = False
    """Which way is better."""
    range: Annotated[list[Threshold], Field(min_length=2, max_length=2)] | None = None
    """[low, high] of its values, in its own units."""

    rules = (ASCENDING_RANGE,)


class ScoreRange(Model):
    """What a range of scores means, for agents that read results."""

    range: Annotated[str, Field(max_length=64)]
    """For example `0.6-0.8`."""
    meaning: _Line
    """For example `on par with small open models`."""


class BenchmarkAgent(Model):
    """Hints for agents about one benchmark."""

    result_interpretation: _Text | None = None
    """How to read its scores."""
    score_ranges: Annotated[list[ScoreRange], Field(max_length=16)] = []
    """What its scores mean, range by range."""


class CatalogueBenchmark(Model):
    """A benchmark that the framework offers."""

    id: Id
    """What jobs and collections name."""
    name: Annotated[str, Field(max_length=256)] | None = None
    """For people."""
    url: Annotated[str, Field(max_length=2048)] | None = None
    """Where it is described."""
    description: _Text | None = None
    """What it measures."""
    category: Annotated[str, Field(max_length=128)] = "general"
    """To group benchmarks by: knowledge, math, safety, ..."""
    metrics: Annotated[list[CatalogueMetric], Field(max_length=32), list_map("name")] = []
    """What it reports."""
    num_few_shot: Annotated[int, Field(ge=0, le=1000)] | None = None
    """Examples in the prompt by default."""
    dataset_size: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    """Samples in all."""
    tags: _Tags = []
    """Free text, to find it by."""
    primary_score: PrimaryScore | None = None
    """Which metric stands for it, where a job does not say."""
    pass_criteria: PassCriteria | None = None
    """When it passes, where a job does not say."""
    agent: BenchmarkAgent | None = None
    """Hints for agents."""
    task: Annotated[str, Field(max_length=512)] | None = None
    """What the framework calls it, where that is not the id."""


class ProviderAgent(Model):
    """Hints for agents that choose among providers."""

    evaluates: Annotated[list[_Line], Field(max_length=32)] = []
    """What it can measure."""
    recommended_when: Annotated[list[_Line], Field(max_length=32)] = []
    """Situations in which it is the right choice."""
    target_type: Literal["Model", "Agent", "InferenceServer"] = "Model"
    """What it can be pointed at."""
    summary: Annotated[str, Field(max_length=200)] | None = None
    """One sentence."""
    complements: Annotated[list[_Line], Field(max_length=32)] = []
    """Ids of providers that go well with it."""
    hints: Annotated[list[_Line], Field(max_length=32)] = []
    """What to know before using it."""
    result_interpretation: Annotated[list[_Line], Field(max_length=32)] = []
    """How to read its results."""


class ProviderSpec(Model):
    """An evaluation framework and what it offers."""

    id: Id | None = None
    """How jobs refer to it; unset: metadata.name."""
    display_name: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    """A name of your own, not unique; unset: the id."""
    title: Annotated[str, Field(max_length=256)] | None = None
    """For people."""
    description: _Text | None = None
    """What the framework is."""
    tags: _Tags = []
    """Free text, to find it by."""
    adapter: Adapter | None = None
    """What runs it; unset: as with an adapter that has no image."""
    parameters_schema: FreeObject | None = None
    """JSON Schema of a benchmark's parameters; checked when a job is resolved, its defaults filled in."""
    benchmarks: Annotated[list[CatalogueBenchmark], Field(max_length=1024), list_map("id")] = []
    """What it offers."""
    agent: ProviderAgent | None = None
    """Hints for agents."""
    custom: FreeMap = {}
    """Anything of your own; kept, not read."""

    rules = (
        Rule(
            "has(self.id) == has(oldSelf.id) && (!has(self.id) || self.id == oldSelf.id)",
            "spec.id cannot change: jobs refer to it; create another Provider",
            field_path=".id",
        ),
    )


class CatalogueStatus(Model):
    """Whether a Provider or Collection can be used."""

    observed_generation: int = -1
    """Generation of spec that this status answers; -1: nobody has looked yet."""
    conditions: Annotated[list[Condition], Field(max_length=8), list_map("type")] = []
    """Ready; see conditions.md."""
    benchmarks: int | None = None
    """How many it has."""


class Provider(Model):
    """An evaluation framework: its adapter image and the benchmarks it offers."""

    api_version: Literal["referee.dev/v1alpha1"] = "referee.dev/v1alpha1"
    """referee.dev/v1alpha1."""
    kind: Literal["Provider"] = "Provider"
    """Provider."""
    metadata: ObjectMeta
    """As of every Kubernetes object."""
    spec: ProviderSpec
    """What the framework is, and what it offers."""
    status: CatalogueStatus = CatalogueStatus()
    """Whether it can be used; written by the operator alone."""

    @property
    def id(self) -> str:
        """What references name."""
        return self.spec.id or self.metadata.name

    @property
    def installed(self) -> bool:
        """Whether a pod can run it."""
        return self.spec.adapter is not None and self.spec.adapter.image is not None
