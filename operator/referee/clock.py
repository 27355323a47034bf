"""The time as it stands in objects: whole seconds, as an API server keeps it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time, down to the second."""
    return datetime.now(UTC).replace(microsecond=0)
