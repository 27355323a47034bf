"""The job spec: one benchmark of one run, as the file `job.json` states it.

The outer part is the published one, so that a host which knows nothing of Referee can start our adapters too;
what that lacks stands under `referee` and has a default here. Frozen dataclasses, because a spec is evidence:
what ran is what was asked for.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from referee_adapter.errors import SpecError
from referee_adapter.fields import Fields

Api = Literal["Chat", "Completions", "HTTP"]


@dataclass(frozen=True, slots=True)
class Pricing:
    """What tokens cost."""

    input_per_million: float = 0
    output_per_million: float = 0
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Application:
    """How an application is asked that speaks no model's interface."""

    method: Literal["POST", "PUT", "GET"] = "POST"
    body: Any = None
    """JSON; the texts in it are templates."""
    output_path: str = "output"
    """Keys and indices joined by dots."""


@dataclass(frozen=True, slots=True)
class Model:
    """The endpoint under test."""

    url: str
    """Base address of an OpenAI-compatible server, usually ending in /v1, without a trailing slash; the address itself
    of an application; empty where nothing is asked."""
    name: str
    api: Api = "Chat"
    secret_ref: str | None = None
    headers: dict[str, str] | None = None
    timeout_seconds: float = 120
    """Of one request."""
    parameters: dict[str, Any] | None = None
    """Generation parameters, for every benchmark of the job."""
    pricing: Pricing | None = None
    http: Application | None = None
    """Of api HTTP."""


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
    """First, Random, or Stratified by `by`."""
    seed: int = 0
    by: str | None = None
    """Metadata that tells the parts apart."""


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
    judges: dict[str, Path] = field(default_factory=dict)
    """Of evaluators that ask a model of their own: the directory with its credentials."""


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
        model=read_model(fields.child("model"), own.child("model"), asked=_is_asked(own)),
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
        judges=_judges(own.child("evaluation")),
    )


def _is_asked(own: Fields) -> bool:
    """False where outputs are recorded or posted: then there may be no model to name."""
    evaluation = own.optional_child("evaluation")
    return evaluation is None or evaluation.text("generation", "Operator") == "Operator"


def _judges(evaluation: Fields) -> dict[str, Path]:
    found = ((item.filled("name"), item.child("llm")) for item in evaluation.children("evaluators"))
    return {name: Path(path) for name, llm in found if (path := llm.optional_text("credentials"))}


def read_model(outer: Fields, own: Fields, *, asked: bool = True) -> Model:
    """Read an endpoint.

    Args:
        outer: what the published job spec has of it: url, name, auth.
        own: the rest; may be the same object.
        asked: url and name must be there.
    """
    auth = outer.optional_child("auth")
    pricing, http = own.optional_child("pricing"), own.optional_child("http")
    api: Api = own.choice("api", ("Chat", "Completions", "HTTP"))
    return Model(
        url=(outer.filled("url") if asked else outer.text("url", "")).rstrip("/"),
        name=outer.filled("name") if asked else outer.text("name", ""),
        api=api,
        secret_ref=auth.filled("secret_ref") if auth else None,
        headers=own.texts("headers"),
        timeout_seconds=own.number("timeoutSeconds", 120) or 120,
        parameters=own.mapping("parameters"),
        pricing=_pricing(pricing) if pricing else None,
        http=_application(http or own.child("http")) if api == "HTTP" else None,
    )


def _pricing(own: Fields) -> Pricing:
    return Pricing(
        input_per_million=own.number("inputPerMillion", 0),
        output_per_million=own.number("outputPerMillion", 0),
        currency=own.text("currency", "USD"),
    )


def _application(own: Fields) -> Application:
    return Application(
        method=own.choice("method", ("POST", "PUT", "GET")),
        body=own.whole().get("body"),
        output_path=own.text("outputPath", "output"),
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
    return Sampling(
        method=own.choice("method", ("First", "Random", "Stratified")),
        seed=own.integer("seed", 0),
        by=own.optional_text("by"),
    )


def _metric(own: Fields) -> MetricInfo:
    return MetricInfo(
        name=own.filled("name"),
        type=own.choice("type", ("Numerical", "Boolean", "Categorical")),
        lower_is_better=own.flag("lowerIsBetter", default=False),
    )
