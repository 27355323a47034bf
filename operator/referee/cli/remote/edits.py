"""Cancel and rerun, as edits of spec; and what is told to somebody who asks for one that would do nothing.

The API server would take each of these edits. One that has no effect is refused here, since a pipeline that waits for
it would wait for ever.
"""

import uuid

from referee.api.evaluationjob import EvaluationJob
from referee.cli.remote.port import Document, RemoteError
from referee.core import rerun


def over(job: EvaluationJob) -> bool:
    """Whether it has ended, and no other attempt has been asked for."""
    return job.status.completion_time is not None and not rerun.asked(job.spec, job.status)


def cancelled(job: EvaluationJob) -> Document:
    """The patch that ends a job and keeps what it has."""
    if over(job):
        raise RemoteError(f"{job.metadata.name}: is {job.status.phase} already, there is nothing to cancel")
    return {"spec": {"cancel": True}}


def run_again(job: EvaluationJob, *, failed: bool) -> Document:
    """The patch that starts another attempt: of everything, or of what was not executed."""
    name = job.metadata.name
    if job.spec.cancel:
        raise RemoteError(f"{name}: was cancelled, which is for good; submit it again under another name (--name)")
    if not over(job):
        raise RemoteError(f"{name}: is {job.status.phase or 'Pending'}; wait for its end, then run it again")
    if failed and all(b.phase == "Completed" for b in job.status.benchmarks) and job.status.benchmarks:
        raise RemoteError(f"{name}: every benchmark was executed; without --failed all of them run again")
    return {"spec": {"rerun": {"token": str(uuid.uuid4()), "scope": "Failed" if failed else "All"}}}
