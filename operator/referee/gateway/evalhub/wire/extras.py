"""What EvalHub's documents have and our resource has no field for: kept in spec.custom, under one key of ours.

So it comes back as it was given, whichever gateway is asked, and `kubectl` shows it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

KEY = "evalhub"
"""In spec.custom; a request cannot use it itself."""

CARD_URL = "card_url"
HARDWARE = "hardware_config"
COLLECTION_UPDATED_AT = "collection_updated_at"
FACETS = "facets"
"""Words by which a collection, or a provider's benchmark, is found."""
AGENT = "agent"
"""Hints for agents about a collection."""
ADDED = "added"
"""By place in the benchmarks, or in the overrides of a collection: fields that nobody asked for, see `scales`."""


def with_extras(custom: Mapping[str, Any], extras: Mapping[str, Any]) -> dict[str, Any]:
    """A spec.custom with those of the extras that say something."""
    said = {name: value for name, value in extras.items() if value}
    return {**custom, **({KEY: said} if said else {})}


def with_added(custom: Mapping[str, Any], added: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A spec.custom that says what was added to the spec."""
    return {**custom, KEY: {**extras_of(custom), ADDED: {at: list(fields) for at, fields in added.items()}}}


def added_at(extras: Mapping[str, Any], at: int) -> list[str]:
    """The fields that were added at a place."""
    by_place = extras.get(ADDED)
    found = by_place.get(str(at)) if isinstance(by_place, dict) else None
    return found if isinstance(found, list) else []


def extras_of(custom: object) -> dict[str, Any]:
    """The extras in a spec.custom, which anybody may have written."""
    found = custom.get(KEY) if isinstance(custom, dict) else None
    return found if isinstance(found, dict) else {}


def own(custom: object) -> dict[str, Any]:
    """The user's part of a spec.custom."""
    return {name: value for name, value in custom.items() if name != KEY} if isinstance(custom, dict) else {}


def text(extras: Mapping[str, Any], name: str) -> str:
    """A text among the extras, else the empty one."""
    value = extras.get(name)
    return value if isinstance(value, str) else ""


def hardware(extras: Mapping[str, Any], index: int) -> dict[str, Any] | None:
    """The hardware that was asked for one benchmark."""
    by_index = extras.get(HARDWARE)
    found = by_index.get(str(index)) if isinstance(by_index, dict) else None
    return found if isinstance(found, dict) else None
