"""How a run is carried out: how much at once, how often again, what an error costs, how long others may take."""

from typing import Annotated, Literal

from pydantic import Field

from referee.api.base import Model, PositiveSeconds, Rule
from referee.api.endpoint import RateLimit

MAX_BENCHMARKS = 64


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


Reducer = Literal["Mean", "Median", "Mode", "AtLeastK", "PassAtK", "PassHatK"]


class Epochs(Model):
    """How often each sample is generated and scored, and what that comes to."""

    count: Annotated[int, Field(ge=1, le=64)] = 1
    """Times."""
    reducers: Annotated[list[Reducer], Field(min_length=1, max_length=6)] = ["Mean"]
    """What the scores of one sample come to; the first decides, the others are reported."""
    k: Annotated[int, Field(ge=1, le=64)] = 1
    """Of AtLeastK, PassAtK and PassHatK."""

    rules = (
        Rule(
            "self.k <= self.count",
            "k must not exceed count: raise count, or lower k",
            lambda self: self.k <= self.count,
            field_path=".k",
        ),
    )


class Cache(Model):
    """Answers that are kept and not asked for again."""

    enabled: bool = True
    """Each epoch has answers of its own."""


class Budget(Model):
    """What the run may use in all, judges and retries included; what is left then stays unscored."""

    max_tokens: Annotated[int, Field(ge=1, le=1_000_000_000_000)] | None = None
    """Sent and received."""
    max_cost: Annotated[float, Field(gt=0, le=1e9)] | None = None
    """In the currency of the prices."""

    rules = (
        Rule(
            "has(self.maxTokens) || has(self.maxCost)",
            "maxTokens or maxCost must be set: name a limit, or leave budget out",
            lambda self: self.max_tokens is not None or self.max_cost is not None,
        ),
    )


_Policy = Literal["Exclude", "Worst", "Fail"]


class OnError(Model):
    """What a sample without a score means. Exclude: nothing. Worst: the bad end of the range. Fail: the run fails."""

    model: _Policy = "Exclude"
    """The model refused, was filtered, or could not take the request."""
    infrastructure: _Policy = "Exclude"
    """The connection, the server, or a limit."""
    evaluator: _Policy = "Exclude"
    """A judge or code failed, or gave what is no score."""


class Execution(Model):
    """How the run is carried out."""

    parallelism: Annotated[int, Field(ge=1, le=MAX_BENCHMARKS)] = 4
    """Benchmarks at once. May change while the job runs."""
    shards: Annotated[int, Field(ge=1, le=64)] = 1
    """Pods over the samples of an evaluation."""
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 5
    """Samples in flight, per benchmark."""
    epochs: Epochs = Epochs()
    """How often each sample of an evaluation is done."""
    retry: Retry = Retry()
    """Of model calls."""
    rate_limit: RateLimit | None = None
    """Unset: as fast as batchSize allows."""
    cache: Cache = Cache()
    """Of the model's and judges' answers, in an evaluation."""
    budget: Budget | None = None
    """Of an evaluation."""
    on_error: OnError = OnError()
    """What a sample of an evaluation without a score means."""
    max_error_rate: Annotated[float, Field(ge=0, le=1)] | None = None
    """Unscored / attempted samples of a benchmark or evaluator above which its gate is Unknown; unset: no such gate."""


class ExternalResults(Model):
    """How long a run waits for outputs and scores that are posted, and what is then."""

    deadline_seconds: PositiveSeconds = 86_400
    """From when it began to wait."""
    on_deadline: Literal["Unknown", "Fail", "ScorePartial"] = "Unknown"
    """What missing scores mean then: gates are Unknown, or failed, or decided by what is there."""
    completion: Literal["Auto", "Explicit", "Idle"] = "Auto"
    """When it is complete. Auto: nothing is missing. Explicit: when told. Idle: nothing came for idleSeconds."""
    idle_seconds: PositiveSeconds = 300
    """Of Idle."""
