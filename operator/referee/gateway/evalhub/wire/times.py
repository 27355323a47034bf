"""Times as they stand in a status, which anybody with the right to write one may have written."""

from datetime import UTC, datetime


def parsed_time(text: object) -> datetime | None:
    """A time in UTC; None for what is none, or none that Python knows."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def written(moment: datetime | None) -> str | None:
    """As EvalHub writes it."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
