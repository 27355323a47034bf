"""Whether a failed attempt is followed by another.

Failures are retried by us, disruptions by the Job controller inside the same Job, so a drained node costs no
attempt. A child that ran and is gone is not retried: its adapter may still be calling the model.
"""

from referee.api.conditions import Reason

_FINAL = frozenset(
    {
        *(Reason.CHILD_LOST, Reason.PENDING_DEADLINE_EXCEEDED, Reason.DEADLINE_EXCEEDED, Reason.NAME_CONFLICT),
        *(Reason.TEST_DATA_FORBIDDEN, Reason.TEST_DATA_TOO_LARGE, Reason.TEST_DATA_NOT_FOUND),
        *(Reason.TEST_DATA_UNAUTHORIZED, Reason.TEST_DATA_DIGEST_MISMATCH),
    }
)


def again(reason: str, *, retryable: bool, retries: int, backoff_limit: int) -> bool:
    """Whether to try once more.

    Args:
        reason: why the attempt failed.
        retryable: what the adapter says; false where another attempt cannot help.
        retries: failed attempts before this one.
        backoff_limit: how many may follow the first.
    """
    return retryable and retries < backoff_limit and reason not in _FINAL
