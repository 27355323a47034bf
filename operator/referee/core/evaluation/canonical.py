"""One text for one JSON value, so that its digest says the same wherever it was read.

Keys are sorted by code point, nothing is escaped that need not be, and a whole number is written without a fraction:
`1.0` in a manifest comes back from an API server as `1`, and a Parquet column of numbers makes floats of all of them.
Texts are taken as they are: two Unicode forms of one word are two inputs for a model. RFC 8785 in full was rejected:
it orders keys by UTF-16 units, for which Python has no fast way, and differs for no key that people use.
"""

import json
from collections.abc import Mapping
from typing import Any

_EXACT = 2.0**53
"""Whole floats below it are one integer each."""


def canonical(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """The one text of a JSON value, in UTF-8.

    Raises:
        ValueError: it holds NaN, an infinity, or half of a surrogate pair.
        TypeError: it holds something that JSON has no form for.
        RecursionError: it is nested too deeply.
    """
    text = _encode(value)
    # Python writes every whole float that is exact with these two characters; most rows have none.
    return (_encode(_plain(value)) if ".0" in text else text).encode()


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case float():
            return int(value) if value.is_integer() and abs(value) < _EXACT else value
        case Mapping():
            return {name: _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _:
            return value


def _as_dict(value: Any) -> dict[str, Any]:  # noqa: ANN401 - anything
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), default=_as_dict
).encode
