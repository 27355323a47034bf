"""Whether an evaluator's JSON Schema is one; said by the operator when it is created, by the adapter before a call.

Every draft and keyword is taken, and only what no validator could use is refused: the adapter uses it, where a pattern
has a time limit and nothing is fetched. But the schema is somebody's, and checking it takes time by its size: a
millisecond for each object, and for a list whose items must differ the square of their number. So what is larger than
any answer's schema is refused before it is looked at.
"""

import json
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

MAX_BYTES = 32 * 1024
MAX_ITEMS = 500
"""Of one list, as `enum`: comparing each with each is then a tenth of a second."""
MAX_VALUES = 1_000
"""Objects, and items of lists."""

_DATA = ("const", "enum", "default", "examples")
"""Keywords whose values are no schemas."""


def trouble(schema: Mapping[str, Any]) -> str | None:
    """Why it cannot be used, beginning with the place in it; None if it can."""
    if (large := too_large(schema)) is not None:
        return f": {large}"
    try:
        given = dict(schema)
        with warnings.catch_warnings(action="ignore"):  # an unknown $schema: the newest draft is taken
            draft = jsonschema.validators.validator_for(given, default=jsonschema.Draft202012Validator)
        draft.check_schema(given)
        texts = list(_texts(schema))
    except jsonschema.SchemaError as error:
        return f"{error.json_path.removeprefix('$')}: {error.message}"
    except RecursionError:
        return ": it is nested too deeply"
    own = {value for keyword, value in texts if keyword in ("$id", "id")}
    outside = next((v for keyword, v in texts if keyword == "$ref" and v[:1] != "#" and v not in own), None)
    return f": it refers to {outside!r}, which is not in it: write that in its place" if outside is not None else None


def too_large(schema: Mapping[str, Any]) -> str | None:
    """What of it is more than can be checked while others wait; None if nothing is."""
    values = 0
    level: list[Any] = [schema]
    while level:
        lists = [each for each in level if isinstance(each, list)]
        longest = max(map(len, lists), default=0)
        if longest > MAX_ITEMS:
            return f"it has a list of {longest:,} items; {MAX_ITEMS:,} are allowed"
        values += sum(map(len, lists)) + len(level) - len(lists)
        if values > MAX_VALUES:
            return f"it has over {MAX_VALUES:,} objects and items of lists; that many are allowed"
        inner = (value for each in level for value in (each.values() if isinstance(each, Mapping) else each))
        level = [value for value in inner if isinstance(value, Mapping | list)]
    try:
        size = len(json.dumps(schema, default=dict, separators=(",", ":")))
    except RecursionError:
        return "it is nested too deeply"
    return f"it has {size:,} bytes; {MAX_BYTES:,} are allowed" if size > MAX_BYTES else None


def _texts(node: object) -> Iterator[tuple[str, str]]:
    """Every keyword with a text."""
    inner = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for keyword, value in inner:
        if isinstance(value, str):
            yield str(keyword), value
        elif keyword not in _DATA:
            yield from _texts(value)
