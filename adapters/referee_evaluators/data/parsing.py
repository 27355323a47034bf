"""JSON of a row, read strictly: what has two readings has none."""

import json
from typing import Any, NoReturn

from referee_evaluators.data.problems import Broken


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"field {twice!r} stands twice in one object: keep one")
    return found


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON's: leave it out, or write null")


DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number)


def as_row(value: Any) -> dict[str, Any] | Broken:  # noqa: ANN401 - JSON
    """A row is an object."""
    return value if isinstance(value, dict) else Broken(f"must be an object, not {value!r:.40}")


def said(error: Exception) -> str:
    """What a JSON error says, without the positions in a buffer that nobody sees."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at column {error.colno}: {error.msg}"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)
