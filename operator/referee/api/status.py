"""The status of an EvaluationJob: one writer, bounded, and within one attempt never rewritten.

Lists of values (metrics, gates) are atomic; benchmarks are a list-map keyed by index, all of them from the
first write on. `plan` is what was resolved, frozen; its schema is opaque so that the CRD stays small, its
model is `referee.core.plan.RunPlan`.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from referee.api.base import FreeObject, Model, Rule, list_map
from referee.api.conditions import Condition
from referee.api.figures import MAX_EVALUATORS, Comparison, EvaluatorStatus, Outcome, Usage

MAX_METRICS = 8
MAX_ATTEMPTS_KEPT = 10
MESSAGE_BYTES = 256

Phase = Literal[
    "Pending",
    "Queued",
    "Running",
    "AwaitingResults",
    "Suspended",
    "Cancelling",
    "Completed",
    "PartiallyFailed",
    "Failed",
    "Cancelled",
]
BenchmarkPhase = Literal[
    "Pending", "Queued", "Running", "AwaitingResults", "Suspended", "Completed", "Failed", "Cancelled"
]
Message = Annotated[str, Field(max_length=1024)]
_ShortName = Annotated[str, Field(max_length=253)]


class MetricValue(Model):
    """A metric of a benchmark, with what is known of its uncertainty."""

    name: _ShortName
    """As the adapter reported it."""
    value: float
    """In the metric's own units."""
    stderr: float | None = None
    """Standard error, where the adapter knows it."""
    ci_low: float | None = None
    """Low end of the interval at spec.confidence."""
    ci_high: float | None = None
    """High end of the interval at spec.confidence."""
    method: Annotated[str, Field(max_length=64)] | None = None
    """How the interval was made; an interval never stands without it."""
    n: int | None = None
    """Samples behind the value."""


TERMINAL = ("Completed", "Failed", "Cancelled")
_KEPT = ("attempt", "phase", "completionTime", "metrics", "primary", "errors", "unscored", "reason")


def _kept(field: str) -> str:
    return f"has(self.{field}) == has(oldSelf.{field}) && (!has(self.{field}) || self.{field} == oldSelf.{field})"


def _attempt(status: str) -> str:
    """CEL: the attempt of an object that may lack the field; without the guard every later write would fail."""
    return f"(has({status}.attempt) ? {status}.attempt : 0)"


def _terminal(status: str) -> str:
    return f"(has({status}.phase) && {status}.phase in {list(TERMINAL)})"


class BenchmarkStatus(Model):
    """How one benchmark stands."""

    index: Annotated[int, Field(ge=0, lt=64)]
    """Its place in the plan, from 0."""
    id: _ShortName
    """The benchmark."""
    provider: _ShortName
    """Its provider."""
    phase: BenchmarkPhase = "Pending"
    """Completed, Failed and Cancelled are final within an attempt."""
    job_name: _ShortName | None = None
    """The child Job of the current or last attempt."""
    attempt: int = 0
    """Counts over the object's whole life, retries and reruns; 0: not started."""
    start_time: datetime | None = None
    """When its pod was first seen running, in this attempt."""
    completion_time: datetime | None = None
    """When its result, or its failure, was taken in."""
    metrics: Annotated[list[MetricValue], Field(max_length=MAX_METRICS)] = []
    """The first few; all of them stand in the results."""
    primary: MetricValue | None = None
    """The metric that is gated and weighted."""
    waiting_since: datetime | None = None
    """Since when a benchmark that had run waits again; spec.pendingDeadlineSeconds counts from then."""
    retries: int = 0
    """Failed attempts of this run, which spec.backoffLimit bounds."""
    samples: int | None = None
    """Samples in all."""
    errors: int | None = None
    """Samples that could not be run."""
    unscored: int | None = None
    """Samples without a score, those with an error included."""
    pending: int | None = None
    """Scores, or outputs, that somebody has yet to post."""
    stage: Literal["Shards", "Whole", "Closing"] | None = None
    """Of an evaluation's attempt. Shards: each pod does its share. Whole: one pod does what is left, and reports.
    Closing: the same, and what is not posted by then does not come any more."""
    awaiting_since: datetime | None = None
    """Since when it waits for them; spec.externalResults.deadlineSeconds counts from then."""
    partial: bool | None = None
    """The metrics are what was done when the attempt was ended from outside; they never gate."""
    percent: Annotated[int, Field(ge=0, le=100)] | None = None
    """Samples done, as the adapter tells."""
    reason: Annotated[str, Field(max_length=64)] | None = None
    """Why it failed or waits; every one stands in conditions.md."""
    message: Message | None = None
    """The particulars, for people."""
    truncated: bool | None = None
    """Something of the result was left out here."""
    result_digest: Annotated[str, Field(max_length=80)] | None = None
    """Names the result that counts among those in the results store; absent where only this status has it."""
    test_data_revision: Annotated[str, Field(max_length=256)] | None = None
    """What testData came to when it was fetched: a commit, an ETag or a digest."""
    late_result: bool | None = None
    """A result came after the benchmark had been decided; it changed nothing."""

    rules = (
        Rule(
            f"{_attempt('self')} > {_attempt('oldSelf')} || !{_terminal('oldSelf')}"
            f" || ({' && '.join(_kept(field) for field in _KEPT)})",
            f"a finished benchmark keeps {', '.join(_KEPT)}: only a higher attempt may write them again",
        ),
    )


class Gate(Model):
    """One criterion, decided."""

    subject: Annotated[str, Field(max_length=600)]
    """`benchmark <provider>/<id>`, `evaluator <name>`, one of these with its slice, `baseline` or `job`."""
    measure: Annotated[str, Field(max_length=16)] = "Mean"
    """What was compared."""
    bound: Annotated[str, Field(max_length=16)] = "Point"
    """Which end of the estimate was compared."""
    value: float | None = None
    """What was compared with the threshold; absent where there is none."""
    ci_low: float | None = None
    """Low end of the interval."""
    ci_high: float | None = None
    """High end of the interval."""
    method: Annotated[str, Field(max_length=64)] | None = None
    """How the interval was made."""
    n: int | None = None
    """Samples behind the value."""
    threshold: float | None = None
    """The criterion's threshold."""
    required: bool = True
    """Whether it decides the verdict."""
    result: Outcome
    """Unknown: it could not be decided, and `reason` says why."""
    reason: Annotated[str, Field(max_length=64)]
    """Why; every one stands in conditions.md."""
    n_needed: int | None = None
    """About how many samples would decide it."""


class Verdict(Model):
    """What the gates come to."""

    result: Outcome
    """Pass: every required gate passed. Fail: one failed. Unknown: none failed, one is undecided."""
    reason: Annotated[str, Field(max_length=64)]
    """Why; every one stands in conditions.md."""
    gates: Annotated[list[Gate], Field(max_length=67)] = []
    """Every criterion, decided."""
    attempts_on_same_plan: int = 1
    """How often this very plan was tried; a pass at the fifth try is worth less."""


class Progress(Model):
    """Samples over all benchmarks, as far as their adapters tell."""

    samples: int | None = None
    """Samples in all, of the benchmarks whose adapters tell."""
    errors: int | None = None
    """Samples that could not be run."""
    generated: int | None = None
    """Outputs that are there, where an evaluation tells."""
    pending: int | None = None
    """Scores, or outputs, that somebody has yet to post."""
    benchmarks: Annotated[str, Field(max_length=16)] = ""
    """finished/all, for the printer column."""
    percent: Annotated[int, Field(ge=0, le=100)] = 0
    """Of the whole run, each benchmark counting the same."""


class AttemptRecord(Model):
    """An earlier attempt."""

    attempt: int
    """Its number."""
    start_time: datetime | None = None
    """When it was accepted."""
    completion_time: datetime | None = None
    """When it ended."""
    phase: Phase
    """How it ended."""
    score: float | None = None
    """The job's score then."""
    verdict: Outcome = "Unknown"
    """The verdict then."""
    reason: Annotated[str, Field(max_length=64)] = ""
    """Why it ended."""
    plan_digest: Annotated[str, Field(max_length=80)] = ""
    """Tells whether two attempts ran the same plan."""
    first_child_attempt: int = 0
    """The benchmark attempts whose records are its own, from here; 0: it ended before there was a plan."""
    highest_child_attempt: int = 0
    """The largest benchmark attempt used so far: child names are never used twice."""


class Provenance(Model):
    """What ran."""

    plan_digest: Annotated[str, Field(max_length=80)] = ""
    """Of `plan`."""
    images: Annotated[list[Annotated[str, Field(max_length=512)]], Field(max_length=64)] = []
    """Images of the adapters."""
    dataset_digest: Annotated[str, Field(max_length=80)] = ""
    """Of the datapoints of an evaluation, once they were read."""
    dataset_count: Annotated[int, Field(ge=0)] | None = None
    """How many datapoints the dataset has, also where not all of them were taken."""
    operator_version: Annotated[str, Field(max_length=32)] = ""
    """Version of Referee that made the plan."""


class EvaluationJobStatus(Model):
    """How the run stands, its scores and the verdict."""

    observed_generation: int = -1
    """Generation of spec that this status answers; -1: nobody has looked yet."""
    observed_rerun: Annotated[str, Field(max_length=128)] = ""
    """The last spec.rerun.token that was taken in."""
    phase: Phase | None = None
    """One word for people; the contract for machines is `conditions`."""
    conditions: Annotated[list[Condition], Field(max_length=16), list_map("type")] = []
    """The contract for machines; see conditions.md."""
    start_time: datetime | None = None
    """When this attempt was accepted."""
    completion_time: datetime | None = None
    """When this attempt ended."""
    attempt: int = 0
    """Number of the attempt, from 1; 0: none yet."""
    active_seconds: float = 0
    """Run time of this attempt before `activeSince`, so that a suspend stops the clock of the active deadline."""
    active_since: datetime | None = None
    """Since when the clock of the active deadline runs; absent: it stands."""
    plan: FreeObject | None = None
    """What was resolved, frozen by the first write: an edited provider or collection never changes a run."""
    progress: Progress | None = None
    """How far it is."""
    score: float | None = None
    """Weighted mean of the normalised primary scores, 0-1."""
    score_stderr: float | None = None
    """Standard error of the score."""
    score_ci_low: float | None = None
    """Low end of the score's interval."""
    score_ci_high: float | None = None
    """High end of the score's interval."""
    verdict: Verdict | None = None
    """What the gates come to."""
    benchmarks: Annotated[list[BenchmarkStatus], Field(max_length=64), list_map("index")] = []
    """Every benchmark of the plan, from the first write on."""
    evaluators: Annotated[list[EvaluatorStatus], Field(max_length=MAX_EVALUATORS)] = []
    """Every evaluator of an evaluation."""
    comparison: Comparison | None = None
    """Beside the baseline."""
    usage: Usage | None = None
    """What an evaluation used."""
    attempts: Annotated[list[AttemptRecord], Field(max_length=MAX_ATTEMPTS_KEPT)] = []
    """Earlier attempts, the last ten."""
    provenance: Provenance | None = None
    """What ran."""

    rules = (
        Rule(
            f"!has(oldSelf.benchmarks) || {_attempt('self')} > {_attempt('oldSelf')}"
            " || oldSelf.benchmarks.all(o, has(self.benchmarks) && self.benchmarks.exists(n, n.index == o.index"
            f" && (!{_terminal('o')} || {_attempt('n')} == {_attempt('o')})))",
            "within an attempt every benchmark stays listed and a finished one keeps its attempt: raise status.attempt",
            field_path=".benchmarks",
        ),
    )
