"""A caller as the results store names it: which run of which benchmark."""

from referee.gateway.reporting.children import Caller
from referee.store import RunRef


def run_of(caller: Caller) -> RunRef:
    """The one attempt that the caller's credential is good for."""
    return RunRef(
        namespace=caller.child.namespace,
        job=caller.job,
        job_uid=caller.job_uid,
        child_uid=caller.child.uid,
        index=caller.index,
        attempt=caller.attempt,
    )
