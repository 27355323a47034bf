"""What a benchmark entry is made of, wherever it stands: in a job, in a collection, in a provider's catalogue."""

from typing import Annotated, Literal

from pydantic import Field

from referee.api.base import FreeMap, Id, Model, Quantity, Rule, Threshold
from referee.api.testdata import TestData

ASCENDING_RANGE = Rule(
    "!has(self.range) || self.range[0] < self.range[1]",
    "range must be [low, high] with low < high: swap the two, or leave it out",
    lambda self: self.range is None or self.range[0] < self.range[1],
    field_path=".range",
)


class PrimaryScore(Model):
    """Which metric stands for the benchmark, and how it is read."""

    metric: Annotated[str, Field(min_length=1, max_length=128)]
    """Name as the adapter reports it; `acc` also finds `acc,none`."""
    lower_is_better: bool | None = None
    """Which way is better; unset: as the provider says, else false."""
    range: Annotated[list[Threshold], Field(min_length=2, max_length=2)] | None = None
    """[worst-case low, high] in the metric's own units; needed where scores are weighted. May start at chance level."""

    rules = (ASCENDING_RANGE,)


class SliceRef(Model):
    """One part of the samples."""

    by: Annotated[str, Field(min_length=1, max_length=253)]
    """Metadata that tells the parts apart: `metadata.language`."""
    value: Annotated[str, Field(max_length=256)]
    """Which part: those whose metadata has this value."""


class RequiredAgreement(Model):
    """How well a judge must agree with people before its scores may decide."""

    measure: Literal["Kappa", "Alpha", "Raw"] = "Kappa"
    """Cohen's kappa, Krippendorff's alpha, or the share of equal labels."""
    min: Annotated[float, Field(ge=-1, le=1)]
    """With less the gate is Unknown."""
    with_: Annotated[str, Field(min_length=1, max_length=128, alias="with")]
    """The evaluator with people's labels."""


class PassCriteria(Model):
    """When a benchmark, an evaluator, or a whole job passes."""

    threshold: Threshold
    """In the metric's own units; of PassRate a share; on the normalised scale 0-1 for a job."""
    measure: Literal["Mean", "PassRate", "Median", "P95"] = "Mean"
    """What is compared with the threshold. All but Mean need samples, so only evaluations have them; a job's combined
    score has no PassRate."""
    bound: Literal["Point", "Worst"] = "Point"
    """Point: the estimate itself. Worst: the pessimistic end of its interval, whichever way is better."""
    min_n: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    """With fewer scored samples the gate is Unknown."""
    slice: SliceRef | None = None
    """Of this part of the samples alone; only evaluations have parts."""
    require_agreement: RequiredAgreement | None = None
    """Between a judge and people."""


class Resources(Model):
    """Requests and limits of a container."""

    requests: Annotated[dict[str, Quantity], Field(max_length=16)] = {}
    """What the scheduler sets aside: cpu, memory, ephemeral-storage, ..."""
    limits: Annotated[dict[str, Quantity], Field(max_length=16)] = {}
    """What the container may use at most."""


class Sampling(Model):
    """Which of a benchmark's samples are taken when numExamples is less than all."""

    method: Literal["First", "Random", "Stratified"] = "First"
    """First: in the order of the data. Random: drawn without replacement. Stratified: the same from each part."""
    by: Annotated[str, Field(min_length=1, max_length=253)] | None = None
    """Of Stratified: metadata that tells the parts apart, `metadata.language`. Only own datasets have it."""
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0
    """Of the draw; the same seed over the same data takes the same samples."""

    rules = (
        Rule(
            "has(self.by) == (self.method == 'Stratified')",
            "by belongs to method Stratified, and it needs it: set both, or neither",
            lambda self: (self.by is not None) == (self.method == "Stratified"),
            field_path=".by",
        ),
    )


Weight = Annotated[float, Field(ge=0, le=1_000_000)]
NumExamples = Annotated[int, Field(ge=1, le=1_000_000_000)]


class BenchmarkRef(Model):
    """One benchmark of one provider, as a job or a collection asks for it."""

    id: Id
    """Its id in the provider's catalogue."""
    provider: Id
    """Id of the provider that offers it."""
    parameters: FreeMap = {}
    """Passed to the adapter; checked against the provider's parametersSchema, whose defaults are filled in."""
    num_examples: NumExamples | None = None
    """How many samples in all (not per subset); unset: every one."""
    sampling: Sampling | None = None
    """Which samples, where numExamples is less than all; unset: the first ones."""
    weight: Weight = 1
    """In the job's score; 0 = informational, never gates."""
    required: bool = True
    """Whether its gate decides the verdict."""
    primary_score: PrimaryScore | None = None
    """Which metric stands for it; unset: as the provider's catalogue says."""
    pass_criteria: PassCriteria | None = None
    """When it passes; unset: as the provider's catalogue says, else it is not gated."""
    test_data: TestData | None = None
    """Data of your own; unset: the framework brings or fetches its own."""
    resources: Resources | None = None
    """Over the provider's."""
