"""The job spec: one benchmark of one run, as the file `job.json` states it.

The outer part is the published one, so that a host which knows nothing of Referee can start our adapters too;
what that lacks stands under `referee` and has a default here. Frozen dataclasses, because a spec is evidence:
what ran is what was asked for.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from referee_adapter.errors import SpecError
from referee_adapter.fields import Fields


@dataclass(frozen=True, slots=True)
class Model:
    """The endpoint under test."""

    url: str
    """Base address of an OpenAI-compatible server, usually ending in /v1; without a trailing slash."""
    name: str
    api: str = "Chat"
    """Chat or Completions."""
    secret_ref: str | None = None
    headers: dict[str, str] | None = None
    timeout_seconds: float = 120
    """Of one request."""
    parameters: dict[str, Any] | None = None
    """Generation parameters, for every benchmark of the job."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Back-off of model calls."""

    max_retries: int = 3
    initial_delay_seconds: float = 1
    max_delay_seconds: float = 60
    backoff_factor: float = 2
    jitter: bool = True


@dataclass(frozen=True, slots=True)
class Execution:
    """How fast the model may be asked."""

    batch_size: int = 5
    """Requests in flight."""
    requests_per_minute: float = 0
    """0: no limit."""
    retry: Retry = Retry()


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which samples are taken where not all are."""

    method: str = "First"
    """First or Random."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """What the catalogue says of a metric."""

    name: str
    type: str
    lower_is_better: bool


@dataclass(frozen=True, slots=True)
class JobSpec:
    """Everything an adapter is told."""

    id: str
    provider_id: str
    benchmark_id: str
    benchmark_index: int
    model: Model
    parameters: dict[str, Any]
    callback_url: str
    """Empty: results are only logged and left as the termination message."""
    num_examples: int | None
    """Samples in all; None: every one."""
    primary_metric: str | None
    namespace: str
    attempt: int
    task: str | None
    """The framework's own name of the benchmark, where that is not its id."""
    execution: Execution
    sampling: Sampling
    metrics: tuple[MetricInfo, ...]


def read_spec(path: Path) -> JobSpec:
    """Read and check a job spec.

    Raises:
        SpecError: the file is missing, is not JSON, or a field is wrong.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SpecError(f"{path}: no job spec there: set EVALHUB_JOB_SPEC_PATH, or EVALHUB_MODE=k8s in a pod") from None
    except (OSError, ValueError) as error:
        raise SpecError(f"{path}: not a readable JSON document: {error}") from error
    fields = Fields(document, path.name)
    own = fields.child("referee")
    primary = fields.optional_child("primary_score")
    return JobSpec(
        id=fields.filled("id"),
        provider_id=fields.text("provider_id"),
        benchmark_id=fields.filled("benchmark_id"),
        benchmark_index=fields.integer("benchmark_index"),
        model=_model(fields.child("model"), own.child("model")),
        parameters=fields.mapping("parameters"),
        callback_url=fields.text("callback_url").rstrip("/"),
        num_examples=None if document.get("num_examples") is None else fields.integer("num_examples", low=1),
        primary_metric=primary.filled("metric") if primary else None,
        namespace=own.text("namespace", ""),
        attempt=own.integer("attempt", 1, low=1),
        task=own.optional_text("task"),
        execution=_execution(own.child("execution")),
        sampling=_sampling(own.child("sampling")),
        metrics=tuple(_metric(item) for item in own.children("metrics")),
    )


def _model(outer: Fields, own: Fields) -> Model:
    auth = outer.optional_child("auth")
    return Model(
        url=outer.filled("url").rstrip("/"),
        name=outer.filled("name"),
        api=own.choice("api", ("Chat", "Completions")),
        secret_ref=auth.filled("secret_ref") if auth else None,
        headers=own.texts("headers"),
        timeout_seconds=own.number("timeoutSeconds", 120) or 120,
        parameters=own.mapping("parameters"),
    )


def _execution(own: Fields) -> Execution:
    retry = own.child("retry")
    return Execution(
        batch_size=own.integer("batchSize", 5, low=1),
        requests_per_minute=own.number("requestsPerMinute", 0),
        retry=Retry(
            max_retries=retry.integer("maxRetries", 3),
            initial_delay_seconds=retry.number("initialDelaySeconds", 1),
            max_delay_seconds=retry.number("maxDelaySeconds", 60),
            backoff_factor=retry.number("backoffFactor", 2),
            jitter=retry.flag("jitter", default=True),
        ),
    )


def _sampling(own: Fields) -> Sampling:
    return Sampling(method=own.choice("method", ("First", "Random")), seed=own.integer("seed", 0))


def _metric(own: Fields) -> MetricInfo:
    return MetricInfo(
        name=own.filled("name"),
        type=own.choice("type", ("Numerical", "Boolean", "Categorical")),
        lower_is_better=own.flag("lowerIsBetter", default=False),
    )
