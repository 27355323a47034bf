"""Waiting for outputs and scores that others post: no pod waits, the benchmark does.

There are two such times. With generation External nothing can be scored before the outputs are there; and after an
attempt, scores of people and programs may be missing. Both end when nothing is missing, when somebody says that this is
all, when nothing came for a while, or at the deadline: `spec.externalResults` says which of these count. Then one more
attempt runs, which finds in the journal what was posted, and computes the whole.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from referee.api.evaluationjob import EvaluationJobSpec
from referee.api.status import BenchmarkStatus
from referee.core.posted import Posted


@dataclass(frozen=True, slots=True)
class Wait:
    """How a wait stands."""

    over: bool
    closing: bool = False
    """What is not there does not come any more."""
    until: datetime | None = None
    """When it ends by itself, if nothing is posted before."""


def for_outputs(spec: EvaluationJobSpec, before: BenchmarkStatus, come: Posted, now: datetime) -> Wait:
    """Whether the outputs of generation External are there."""
    ended = for_scores(spec, before, come, now)
    if not come.outputs_complete:
        return ended
    # with nothing missing the attempt is one like any other, whose work may be spread over pods
    return Wait(over=True, closing=ended.closing and come.pending != 0)


def for_scores(spec: EvaluationJobSpec, before: BenchmarkStatus, come: Posted, now: datetime) -> Wait:
    """Whether the scores that an attempt left pending are there, or do not come any more."""
    rules = spec.external_results
    since = before.awaiting_since or now
    deadline = since + timedelta(seconds=rules.deadline_seconds)
    if come.told or now >= deadline:
        return Wait(over=True, closing=True)
    if rules.completion == "Idle" and come.last is not None:
        quiet = max(come.last, since) + timedelta(seconds=rules.idle_seconds)
        return Wait(over=now >= quiet, closing=True, until=min(quiet, deadline))
    return Wait(over=False, until=deadline)
