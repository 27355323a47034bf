"""What a pipeline branches on. "Could not run" and "the model failed" are different numbers, always."""

from collections.abc import Iterable

from referee.api.conditions import ConditionType, Reason
from referee.api.evaluationjob import EvaluationJob
from referee.core.conditions import get

OK = 0
"""Passed; or complete, where nothing has pass criteria."""
GATE_FAILED = 1
COULD_NOT_RUN = 2
"""Also: a part of it could not, or it was cancelled."""
UNDECIDED = 3
"""It ran, and the verdict is Unknown."""
INTERRUPTED = 130
PIPE = 141
"""Whoever reads what is printed has closed the pipe; what a shell shows for every program that meets that."""

_WORST_FIRST = (INTERRUPTED, COULD_NOT_RUN, GATE_FAILED, UNDECIDED, OK)


def of_job(job: EvaluationJob) -> int:
    """The exit code for a finished job, from its conditions."""
    complete = get(job.status.conditions, ConditionType.COMPLETE)
    passed = get(job.status.conditions, ConditionType.PASSED)
    if complete is None or complete.status != "True" or passed is None:
        return COULD_NOT_RUN
    if passed.status == "Unknown":
        return OK if passed.reason == Reason.NO_CRITERIA else UNDECIDED
    return OK if passed.status == "True" else GATE_FAILED


def worst(codes: Iterable[int]) -> int:
    """One exit code for several jobs."""
    return min(codes, key=_WORST_FIRST.index, default=OK)
