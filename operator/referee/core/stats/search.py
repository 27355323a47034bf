"""The least whole number from which on something holds."""

from collections.abc import Callable

MOST = 100_000_000
"""Beyond this "more samples" is no advice."""


def least(holds: Callable[[int], bool], most: int = MOST) -> int | None:
    """The least n from 1 to `most` at which a condition holds that, once it holds, stays.

    By bisection; the answer itself is always checked, so it is never one at which the condition does not hold.

    Returns:
        None if it does not hold at `most`.
    """
    if not holds(most):
        return None
    below, found = 0, most
    while found - below > 1:
        middle = (below + found) // 2
        below, found = (below, middle) if holds(middle) else (middle, found)
    return found
