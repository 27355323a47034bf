"""How answers look, for the OpenAPI document; they are written by `wire` and not by these models.

Every object may have more fields than are named here: the next version has, and no client may mind.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from referee.gateway.reporting.wire import JobPhase

State = Literal["pending", "running", "completed", "failed", "cancelled", "partially_failed"]


class Shown(BaseModel):
    """Base of everything that is answered."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)


class ErrorDocument(Shown):
    """Why something was not done."""

    message_code: str
    """One word for machines."""
    message: str
    """What is wrong, and what to do."""
    trace: str
    """Under which the request is found in the gateway's log."""
    detail: str
    """The message once more."""


class Link(Shown):
    """Where something is."""

    href: str
    """Path and query."""


class MessageInfo(Shown):
    """Something in words."""

    message: str
    message_code: str
    message_origin: Literal["adapter", "sdk", "server", "runtime"]


class JobResource(Shown):
    """Which job it is."""

    id: str
    """The EvaluationJob's name."""
    tenant: str
    """Its namespace."""
    created_at: str
    updated_at: str = ""
    owner: str = ""


class BenchmarkStatus(Shown):
    """How one benchmark stands."""

    provider_id: str
    id: str
    benchmark_index: int
    status: State
    phase: JobPhase = "initializing"
    error_message: MessageInfo | dict[str, Any] = {}
    started_at: str = ""
    completed_at: str = ""


class JobStatus(Shown):
    """How a job stands."""

    state: State
    message: MessageInfo
    benchmarks: list[BenchmarkStatus] = []


class BenchmarkResult(Shown):
    """What came of one benchmark."""

    id: str
    provider_id: str
    benchmark_index: int
    metrics: dict[str, Any] = {}
    test: dict[str, Any] = {}


class JobResults(Shown):
    """What came of a job."""

    benchmarks: list[BenchmarkResult] = []
    test: dict[str, Any] = {}


class JobDocument(Shown):
    """A job: what was asked for, how it stands, what came of it."""

    resource: JobResource
    status: JobStatus
    results: JobResults
    name: str
    description: str = ""
    tags: list[str] = []
    model: dict[str, Any]
    benchmarks: list[dict[str, Any]] = []
    collection: dict[str, Any] = {}
    referee: dict[str, Any]
    """What EvalHub has no word for: phase, conditions, score with its interval, verdict."""


class PageDocument(Shown):
    """What every list has beside its items."""

    first: Link
    next: Link | dict[str, Any] = {}
    limit: int
    """0: no limit."""
    total_count: int


class JobPage(PageDocument):
    """A list of jobs, newest first."""

    items: list[JobDocument]
