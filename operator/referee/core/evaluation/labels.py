"""When posted scores settle a sample, and as what: one rule for the gateway that counts and the adapter that computes.

A label is settled unless it is still pending: who skips a sample, or could not judge it, has looked at it and will not
come back. So all settled labels count towards the number that is needed, and the value is made of those that scored. An
adapter that has given the sample up, since its output was lost, needs nobody's label.

Rejected: only scores count towards the number. Then three people of whom one skips are too few for good.
"""

from collections.abc import Sequence

from referee.core.evaluation.outcomes import Outcome

PENDING: Outcome = "pending"
"""The only outcome that settles nothing."""


def enough(settled: int, needed: int, *, given_up: bool = False) -> bool:
    """Whether nobody is waited for any more.

    Args:
        settled: labels of different people that are not pending.
        needed: how many there must be.
        given_up: the run itself has said that there will be none.
    """
    return given_up or settled >= needed


def common(outcomes: Sequence[Outcome], needed: int) -> Outcome:
    """What labels of different people are together; a value, where it is scored, comes from those that scored."""
    settled = [outcome for outcome in outcomes if outcome != PENDING]
    if not enough(len(settled), needed):
        return PENDING
    found: tuple[Outcome, ...] = ("scored", "unscored", "skipped")
    return next((outcome for outcome in found if outcome in settled), PENDING)
