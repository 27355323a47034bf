"""Another run, frozen: the children whose records it left in the results store.

Attempts of a job and attempts at its benchmark are counted apart, and only the second have records. They are looked up
when the plan is made: the other job may be run again later, and its plan then names other children.

Each record of an attempt says which children are its own. That is not worked out from the record before: the oldest
are dropped, and a rerun of what failed goes on with the children of the attempt before it.
"""

from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import FrozenRun
from referee.core.refusal import Refused
from referee.core.rerun import journal_first


def frozen_run(other: EvaluationJob, attempt: int | None, reason: Reason, where: str) -> FrozenRun:
    """One attempt of another job that is over.

    Args:
        other: the job.
        attempt: which of its attempts; None: the last.
        reason: of a refusal.
        where: the field that names the job, for the refusal.

    Raises:
        Refused: there is no such attempt, or it is not over.
    """
    status = other.status
    if status.completion_time is None or status.plan is None:
        said = f"{where}: its phase is {status.phase or 'Pending'}: wait until it is over, or name another"
        raise Refused(reason, said)
    known = {
        record.attempt: (record.first_child_attempt, record.highest_child_attempt)
        for record in status.attempts
        if 0 < record.first_child_attempt <= record.highest_child_attempt
    }
    known[status.attempt] = journal_first(status), max((b.attempt for b in status.benchmarks), default=0)
    number = status.attempt if attempt is None else attempt
    if number not in known:
        there = ", ".join(map(str, known))
        said = f"{where}: nothing is known of an attempt {number} that ran: name one of {there}"
        raise Refused(reason, said)
    first, last = known[number]
    return FrozenRun(
        job=other.metadata.name, job_uid=other.metadata.uid, attempt=number, first_child=first, last_child=last
    )
