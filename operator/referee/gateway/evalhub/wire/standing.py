"""A change made in EvalHub's words, carried over to an object that says more than those words can.

A provider that `kubectl` made has what no EvalHub document can name: a schema of parameters, types and ranges of
metrics, variables from Secrets. A PATCH of its title, or a PUT of what was read a moment ago, must not lose that. So
what stands is compared with what EvalHub's words make of it, and only what differs between those words before and
after is changed. Rejected: to refuse such objects, or to remember which fields REST wrote.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Json = Any
_KEYS: tuple[tuple[str, ...], ...] = (("provider", "id"), ("id",), ("name",))
"""By what the items of a list are told apart; the first that every item has."""
_SHARED = "custom"
"""Holds what others wrote beside what can be said, so that it is never removed as a whole."""
_WHICH = "metric"
"""Another metric is another score: nothing said of the old one holds for it."""


def carried_over(standing: Json, before: Json, after: Json) -> Json:
    """What stands, with what differs between `before` and `after`.

    Args:
        standing: the object as it is.
        before: the part of it that can be said, said again.
        after: the same of what is wanted.
    """
    if before == after:
        return standing
    if isinstance(standing, dict) and isinstance(before, dict) and isinstance(after, dict):
        return _fields(standing, before, after)
    if isinstance(standing, list) and isinstance(before, list) and isinstance(after, list):
        return _items(standing, before, after)
    return after


def difference(old: Mapping[str, Json], new: Mapping[str, Json]) -> dict[str, Json]:
    """The merge patch (RFC 7386) from one object to the other."""
    patch: dict[str, Json] = {name: None for name in old if name not in new}
    for name, value in new.items():
        stands = old.get(name)
        if isinstance(stands, dict) and isinstance(value, dict):
            if inner := difference(stands, value):
                patch[name] = inner
        elif name not in old or stands != value:
            patch[name] = value
    return patch


def _fields(standing: dict[str, Json], before: dict[str, Json], after: dict[str, Json]) -> dict[str, Json]:
    if standing.get(_WHICH) != after.get(_WHICH):
        return after
    if _SHARED in before and _SHARED not in after:
        after = {**after, _SHARED: {}}
    kept = {name: value for name, value in standing.items() if name in after or name not in before}
    for name, value in after.items():
        if name not in before or (name not in kept and value != before[name]):
            kept[name] = value
        elif name in kept:
            kept[name] = carried_over(kept[name], before[name], value)
    return kept


def _items(standing: list[Json], before: list[Json], after: list[Json]) -> list[Json]:
    key = _key(after) or _key(before)
    if key is None or _key(standing) is None:
        return after
    stands, said = {key(item): item for item in standing}, {key(item): item for item in before}
    return [
        carried_over(stands[key(item)], said[key(item)], item) if key(item) in stands and key(item) in said else item
        for item in after
    ]


def _key(items: Sequence[Json]) -> Callable[[Json], tuple[Json, ...]] | None:
    for names in _KEYS:
        if items and all(isinstance(item, dict) and all(name in item for name in names) for item in items):
            return lambda item: tuple(item[name] for name in names)
    return None
