"""EvaluationJob: one run of a model over benchmarks, and when it passes.

The `evaluation:` block (own datasets and evaluators) is a third way beside benchmarks and collection and joins
them here; its models come with it.
"""

from typing import Annotated, Literal

from pydantic import Field

from referee.api.base import (
    FreeMap,
    Id,
    Model,
    PositiveSeconds,
    Rule,
    Seconds,
    StringMap,
    exactly_one_of,
    immutable,
    list_map,
)
from referee.api.benchmark import BenchmarkRef, NumExamples, PassCriteria, PrimaryScore, Weight
from referee.api.exports import Exports
from referee.api.meta import ObjectMeta, SecretRef
from referee.api.pod import PodSettings
from referee.api.status import EvaluationJobStatus
from referee.api.testdata import TestData

MAX_BENCHMARKS = 64


class ModelAuth(Model):
    """How the model endpoint knows us: keys api-key, hf-token, ca.crt of one Secret."""

    secret_ref: SecretRef
    """The Secret."""


class ModelEndpoint(Model):
    """The thing under test."""

    url: Annotated[str, Field(min_length=8, max_length=2048, pattern=r"^https?://[^\s]+$")]
    """Base address of an OpenAI-compatible server, usually ending in /v1."""
    name: Annotated[str, Field(min_length=1, max_length=256, pattern=r"\S")]
    """The model, as the server calls it."""
    api: Literal["Chat", "Completions"] = "Chat"
    """Which of the server's two interfaces is asked: /chat/completions or /completions."""
    auth: ModelAuth | None = None
    """Credentials, where the server wants any."""
    headers: StringMap = {}
    """Sent with every request; no place for a secret: they stand in the adapter's job spec."""
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 120
    """Of one request."""
    parameters: FreeMap = {}
    """Generation parameters: temperature, seed, max_tokens, ..."""


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


class Retry(Model):
    """Back-off of model calls, inside the adapter."""

    max_retries: Annotated[int, Field(ge=0, le=100)] = 3
    """Tries after the first, per call."""
    initial_delay_seconds: Annotated[float, Field(ge=0, le=3600)] = 1
    """Before the first retry."""
    max_delay_seconds: Annotated[float, Field(ge=0, le=3600)] = 60
    """The delay grows no further than this."""
    backoff_factor: Annotated[float, Field(ge=1, le=10)] = 2
    """By which the delay grows from try to try."""
    jitter: bool = True
    """Delays are varied at random, so that callers do not return all at once."""

    rules = (
        Rule(
            "self.initialDelaySeconds <= self.maxDelaySeconds",
            "initialDelaySeconds must not exceed maxDelaySeconds: lower it, or raise maxDelaySeconds",
            lambda self: self.initial_delay_seconds <= self.max_delay_seconds,
            field_path=".initialDelaySeconds",
        ),
    )


class RateLimit(Model):
    """A ceiling on model calls of the whole job, shared evenly by the pods that run at once."""

    requests_per_minute: Annotated[int, Field(ge=1, le=10_000_000)]
    """Model calls a minute."""


class Execution(Model):
    """How the run is carried out."""

    parallelism: Annotated[int, Field(ge=1, le=MAX_BENCHMARKS)] = 4
    """Benchmarks at once. May change while the job runs."""
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 5
    """Samples in flight, per benchmark."""
    retry: Retry = Retry()
    """Of model calls."""
    rate_limit: RateLimit | None = None
    """Unset: as fast as batchSize allows."""
    max_error_rate: Annotated[float, Field(ge=0, le=1)] | None = None
    """Unscored / attempted samples of a benchmark above which its gate is Unknown; unset: no such gate."""


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
    *("display_name", "group", "class_name", "model", "benchmarks", "collection", "pass_criteria"),
    *("confidence", "enforce_gate", "pod", "backoff_limit", "exports"),
)

_IMMUTABLE_IN_EXECUTION = ("batch_size", "retry", "rate_limit", "max_error_rate")


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
    model: ModelEndpoint
    """What is evaluated."""
    benchmarks: Annotated[list[BenchmarkRef], Field(min_length=1, max_length=MAX_BENCHMARKS)] | None = None
    """What to run; instead of `collection`."""
    collection: CollectionUse | None = None
    """A prepared set of benchmarks; instead of `benchmarks`."""
    pass_criteria: PassCriteria | None = None
    """On the weighted, normalised score of all benchmarks."""
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
    exports: Exports = Exports()
    """Where results are also put."""
    custom: FreeMap = {}
    """Anything of your own; kept, not read. May change."""

    rules = (
        exactly_one_of("benchmarks", "collection", remedy="list benchmarks here, or name a collection"),
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
