"""Numbers and counts of a result document: what is absent is None, what is wrong is a `ResultError` that names it."""

from collections.abc import Iterable, Mapping
from typing import Any

LARGEST = 1e300
"""Beyond it arithmetic overflows; NaN and infinity are not below it."""

_MOST = 2**53
"""Counts beyond it are not exact in JSON, and no status could hold them."""


class ResultError(ValueError):
    """What was read is not a result; the text says why."""


def number(value: object, what: str) -> float:
    """A finite number.

    Raises:
        ResultError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise ResultError(f"{what} must be a finite number, not {value!r}")
    return float(value)


def optional_number(value: object, what: str) -> float | None:
    """A finite number, or None where it is absent."""
    return None if value is None else number(value, what)


def count(value: object, what: str) -> int | None:
    """A whole number that is not negative, or None where it is absent."""
    if value is None:
        return None
    found = number(value, what)
    if not 0 <= found <= _MOST or found != int(found):
        raise ResultError(f"{what} must be a whole number from 0 to 2^53, not {value!r}")
    return int(found)


def counts(value: object, what: str) -> dict[str, int]:
    """Counts by name."""
    found = mapping(value, what)
    return {str(name): size for name, given in found.items() if (size := count(given, f"{what}.{name}")) is not None}


def mapping(value: object, what: str) -> Mapping[str, Any]:
    """An object; empty where it is absent."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ResultError(f"{what} must be an object, not {value!r:.80}")
    return value


def named(value: object, what: str, key: str = "name") -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The objects of a list, each with what it is called; none where the list is absent."""
    if value is not None and not isinstance(value, list):
        raise ResultError(f"{what} must be a list")
    for entry in value or ():
        if not isinstance(entry, dict) or not isinstance(entry.get(key), str) or not entry[key]:
            raise ResultError(f"each of {what} must be an object with a {key}, not {entry!r:.80}")
        yield entry[key], entry


def text(value: object) -> str:
    """A text; empty where it is absent or none."""
    return value if isinstance(value, str) else ""
