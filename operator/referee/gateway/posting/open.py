"""Whether a run still takes what is posted: a pure question of its stage, its phase, its deadline and the time.

The attempt that closes a run reads what was posted when it begins, and nothing after it. So from its beginning nothing
is taken: what is acknowledged is counted. Attempts before it leave what they did not see to the closing one.
"""

from datetime import datetime

from referee.gateway.errors import Standing
from referee.gateway.posting.awaited import Awaited
from referee.store import Posting


def refuse_closed(job: str, awaited: Awaited, posting: Posting | None, now: datetime) -> None:
    """Go on only if the run takes results.

    Raises:
        Standing: it is decided or being decided, or its time is over.
    """
    if awaited.over:
        raise Standing(f"EvaluationJob {job!r} is over ({awaited.phase}): it takes no results any more")
    if awaited.closing:
        raise Standing(
            f"EvaluationJob {job!r} waits no more (externalResults.completion {awaited.completion}, or its deadline):"
            " the attempt that computes the whole has begun, and it takes no results any more"
        )
    if awaited.since is None:
        return
    end = awaited.since + awaited.deadline
    if now > end:
        seconds = awaited.deadline.total_seconds()
        raise Standing(
            f"EvaluationJob {job!r}: externalResults.deadlineSeconds ({seconds:.0f}) was over at {_text(end)}: it takes"
            " no results any more"
        )
    if awaited.completion == "Idle" and posting is not None:
        quiet = max(posting.last, awaited.since) + awaited.idle
        if now > quiet:
            seconds = awaited.idle.total_seconds()
            raise Standing(
                f"EvaluationJob {job!r}: nothing came for externalResults.idleSeconds ({seconds:.0f}) until"
                f" {_text(quiet)}: it takes no results any more"
            )


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")
