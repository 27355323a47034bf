"""A job in one line, for lists: text for people, bare values for programs."""

from datetime import datetime
from typing import Any

from referee.api.conditions import ConditionType, Reason
from referee.api.evaluationjob import EvaluationJob
from referee.cli.remote.ages import age
from referee.core.conditions import get
from referee.report import numbers

HEADINGS = ("name", "display name", "model", "phase", "done", "%", "score", "verdict", "age")
WIDE = ("reason", "group", "tags")
RIGHT = ("done", "%", "age")
FIELDS = (
    *("name", "namespace", "displayName", "model", "phase", "done", "percent", "score", "scoreStderr", "scoreCiLow"),
    *("scoreCiHigh", "verdict", "reason", "group", "tags", "created", "completed"),
)
"""The names of `facts`, in the order of the columns."""


def cells(job: EvaluationJob, now: datetime) -> list[str]:
    """What stands under HEADINGS and WIDE."""
    spec, status = job.spec, job.status
    progress = status.progress
    score = numbers.NOTHING if status.score is None else numbers.with_error(status.score, status.score_stderr)
    return [
        job.metadata.name,
        spec.display_name or numbers.NOTHING,
        spec.model_name,
        status.phase or "Pending",
        progress.benchmarks if progress and progress.benchmarks else numbers.NOTHING,
        str(progress.percent) if progress else numbers.NOTHING,
        score,
        verdict(job) or numbers.NOTHING,
        age(job.metadata.creation_timestamp, now),
        _reason(job),
        spec.group,
        ", ".join(spec.tags),
    ]


def facts(job: EvaluationJob) -> dict[str, Any]:
    """The same and more, unrounded; None is unknown."""
    spec, status = job.spec, job.status
    return {
        "name": job.metadata.name,
        "namespace": job.metadata.namespace,
        "displayName": spec.display_name,
        "model": spec.model_name,
        "phase": status.phase,
        "done": status.progress.benchmarks if status.progress else None,
        "percent": status.progress.percent if status.progress else None,
        "score": status.score,
        "scoreStderr": status.score_stderr,
        "scoreCiLow": status.score_ci_low,
        "scoreCiHigh": status.score_ci_high,
        "verdict": verdict(job),
        "reason": _reason(job),
        "group": spec.group,
        "tags": " ".join(spec.tags),
        "created": _written(job.metadata.creation_timestamp),
        "completed": _written(status.completion_time),
    }


def verdict(job: EvaluationJob) -> str | None:
    """Of a finished job that has criteria."""
    found = job.status.verdict
    return None if found is None or found.reason == Reason.NO_CRITERIA else found.result


def _reason(job: EvaluationJob) -> str:
    """Why it passed or not; before its end, why it waits."""
    for type_ in (ConditionType.PASSED, ConditionType.STALLED, ConditionType.SUSPENDED, ConditionType.QUEUED):
        found = get(job.status.conditions, type_)
        if found is not None and (found.status == "True" or type_ is ConditionType.PASSED):
            return found.reason
    return ""


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
