"""What an API server's failure means to an adapter: come again. A refusal would make it drop its result."""

import logging

from referee.gateway.errors import Unavailable
from referee.runtime.errors import ApiError, Forbidden, Unauthorized

log = logging.getLogger(__name__)


def undecided(error: ApiError) -> Unavailable:
    """The answer to give while the API server does not say what we need.

    That includes its refusing us: our own missing right is no fault of the caller's, and an administrator can heal it
    while the adapter keeps trying.
    """
    if isinstance(error, Unauthorized | Forbidden):
        log.error("the gateway lacks a right: %s", error)
    return Unavailable(f"the API server did not answer: {error}", retry_after=error.retry_after or 1.0)
