"""Waiting for a condition, with a deadline and a sentence about what did not happen."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_INTERVAL = 0.05


def wait_for(look: Callable[[], T | None], what: str, seconds: float) -> T:
    """What `look` returns, as soon as it is true; TimeoutError names `what` when the time is over."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(_INTERVAL)
    return found
