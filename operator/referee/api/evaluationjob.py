"""EvaluationJob: one run of a model over benchmarks, a collection or an own dataset, and when it passes."""

from typing import Annotated, Literal

from pydantic import Field

from referee.api.base import (
    FreeMap,
    Id,
    Model,
    PositiveSeconds,
    Rule,
    Seconds,
    exactly_one_of,
    immutable,
    list_map,
)
from referee.api.baseline import Baseline
from referee.api.benchmark import BenchmarkRef, NumExamples, PassCriteria, PrimaryScore, Weight
from referee.api.endpoint import ModelEndpoint
from referee.api.evaluation import Evaluation
from referee.api.execution import MAX_BENCHMARKS, Execution, ExternalResults
from referee.api.exports import Exports
from referee.api.meta import ObjectMeta, SecretRef
from referee.api.pod import PodSettings
from referee.api.status import EvaluationJobStatus
from referee.api.testdata import TestData


class CollectionOverride(Model):
    """What a job changes of one benchmark in a collection; what it does not name stays."""

    id: Id
    """A benchmark of the collection."""
    provider: Id
    """Its provider."""
    parameters: FreeMap | None = None
    """Laid over the collection's, key by key."""
    weight: Weight | None = None
    """Instead of the collection's."""
    primary_score: PrimaryScore | None = None
    """Instead of the collection's."""
    pass_criteria: PassCriteria | None = None
    """Instead of the collection's."""
    test_data: TestData | None = None
    """Instead of the collection's."""
    num_examples: NumExamples | None = None
    """Instead of the collection's."""


class CollectionUse(Model):
    """A collection by its id, in this namespace or in the catalogue."""

    id: Id
    """The collection's id."""
    overrides: Annotated[list[CollectionOverride], Field(max_length=MAX_BENCHMARKS), list_map("provider", "id")] = []
    """What this job changes of single benchmarks."""


class Rerun(Model):
    """A request for another attempt."""

    token: Annotated[str, Field(min_length=1, max_length=128)]
    """Any text; one that differs from the last starts the next attempt."""
    scope: Literal["All", "Failed"] = "All"
    """Failed: only the benchmarks that did not execute."""


class ChildRetention(Model):
    """How long child Jobs, their pods and logs stay once their result is in status."""

    success: Seconds = 3600
    """Seconds, for a benchmark that was executed."""
    failure: Seconds = 86_400
    """Seconds, for a benchmark that could not be."""


_IMMUTABLE = (
    *("display_name", "group", "class_name", "model", "benchmarks", "collection", "evaluation", "pass_criteria"),
    *("baseline", "confidence", "enforce_gate", "pod", "backoff_limit", "external_results", "exports"),
)

_IMMUTABLE_IN_EXECUTION = (
    *("shards", "batch_size", "epochs", "retry", "rate_limit", "cache", "budget", "on_error", "max_error_rate"),
)


class EvaluationJobSpec(Model):
    """What to run on which model, and when it passes."""

    display_name: Annotated[str, Field(max_length=256)] | None = None
    """Free text for lists and reports; not unique."""
    description: Annotated[str, Field(max_length=4096)] | None = None
    """Free text. May change."""
    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=128)]], Field(max_length=64)] = []
    """Free text, to find runs by. May change."""
    group: Annotated[str, Field(min_length=1, max_length=128)] = "default"
    """Only runs of one group are compared."""
    class_name: Annotated[str, Field(max_length=128)] = ""
    """Which operator takes the job, where the scopes of several overlap."""
    model: ModelEndpoint | None = None
    """What is evaluated. Left out only where outputs are recorded or posted."""
    benchmarks: Annotated[list[BenchmarkRef], Field(min_length=1, max_length=MAX_BENCHMARKS)] | None = None
    """What to run, of frameworks' benchmarks."""
    collection: CollectionUse | None = None
    """A prepared set of benchmarks, instead of `benchmarks`."""
    evaluation: Evaluation | None = None
    """An own dataset and own evaluators, instead of `benchmarks`."""
    pass_criteria: PassCriteria | None = None
    """On the weighted, normalised score of all benchmarks, or of all evaluators."""
    baseline: Baseline | None = None
    """An earlier run that this one must not be worse than."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Two-sided confidence of every interval."""
    enforce_gate: bool = False
    """A gate that failed or could not be decided makes the object unhealthy to GitOps tools."""
    execution: Execution = Execution()
    """How it is carried out."""
    pod: PodSettings = PodSettings()
    """Where and with what the adapters run."""
    queue_name: Annotated[str, Field(max_length=253)] | None = None
    """A Kueue LocalQueue, put on the child Jobs."""
    suspend: bool = False
    """Nothing runs while it is set; running benchmarks are stopped and start again later. May change."""
    cancel: bool = False
    """One way; keeps the record and the partial results."""
    rerun: Rerun | None = None
    """Ask for another attempt of a finished job. May change."""
    active_deadline_seconds: PositiveSeconds | None = None
    """Of the whole attempt, over all its children."""
    pending_deadline_seconds: PositiveSeconds = 900
    """How long a child may wait for a node, an image, a secret, a volume, a quota or a queue."""
    backoff_limit: Annotated[int, Field(ge=0, le=10)] = 1
    """Attempts after the first, per benchmark; disruptions do not count."""
    child_retention_seconds: ChildRetention = ChildRetention()
    """When children are deleted. May change."""
    ttl_seconds_after_finished: Seconds | None = None
    """When set, the EvaluationJob itself is deleted this long after it finished."""
    external_results: ExternalResults = ExternalResults()
    """How long people and programs may take that post results."""
    exports: Exports = Exports()
    """Where results are also put."""
    custom: FreeMap = {}
    """Anything of your own; kept, not read. May change."""

    @property
    def model_name(self) -> str:
        """The model, as its server calls it; empty where none is asked."""
        return self.model.name if self.model else ""

    @property
    def model_url(self) -> str:
        """Where it answers; empty where none is asked."""
        return self.model.url if self.model else ""

    @property
    def credentials(self) -> SecretRef | None:
        """Its credentials."""
        return self.model.auth.secret_ref if self.model and self.model.auth else None

    rules = (
        exactly_one_of(
            *("benchmarks", "collection", "evaluation"),
            remedy="list benchmarks here, name a collection, or describe an evaluation",
        ),
        Rule(
            "has(self.model) || (has(self.evaluation) && self.evaluation.generation != 'Operator')",
            "model must be set: only outputs that are recorded or posted need none",
            lambda self: (
                self.model is not None or (self.evaluation is not None and self.evaluation.generation != "Operator")
            ),
            field_path=".model",
        ),
        Rule(
            "has(self.evaluation) || !has(self.model) || self.model.api != 'HTTP'",
            "model.api HTTP is for an evaluation of your own: benchmarks speak Chat or Completions",
            lambda self: self.evaluation is not None or self.model is None or self.model.api != "HTTP",
            field_path=".model",
        ),
        *(immutable(field) for field in _IMMUTABLE),
        *(immutable(field, of="execution") for field in _IMMUTABLE_IN_EXECUTION),
        Rule(
            "!oldSelf.cancel || self.cancel",
            "spec.cancel cannot be taken back: create another object to run it again",
            field_path=".cancel",
        ),
        Rule(
            "oldSelf.suspend || (has(self.queueName) == has(oldSelf.queueName)"
            " && (!has(self.queueName) || self.queueName == oldSelf.queueName))",
            "spec.queueName can change only while the job is suspended: set spec.suspend first",
            field_path=".queueName",
        ),
    )


class EvaluationJob(Model):
    """One evaluation run: a model endpoint, what to run on it, and when it passes."""

    api_version: Literal["referee.dev/v1alpha1"] = "referee.dev/v1alpha1"
    """referee.dev/v1alpha1."""
    kind: Literal["EvaluationJob"] = "EvaluationJob"
    """EvaluationJob."""
    metadata: ObjectMeta
    """As of every Kubernetes object."""
    spec: EvaluationJobSpec
    """What you ask for."""
    status: EvaluationJobStatus = EvaluationJobStatus()
    """What came of it; written by the operator alone."""
