"""How old something is, as kubectl has it: two digits that a person takes in at a glance."""

from datetime import UTC, datetime, timedelta

_UNITS = ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_ENOUGH = 2
"""Below this many of a unit the next smaller one is told."""


def age(created: datetime | None, now: datetime) -> str:
    """From the creation until now."""
    if created is None:
        return "-"
    seconds = max(0, int((now - created.astimezone(UTC)) / timedelta(seconds=1)))
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= _ENOUGH * size), _UNITS[-1])
    return f"{seconds // size}{unit}"
