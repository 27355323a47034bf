"""JSON in an output: how it is found, and when two values are the same.

The whole output has to be JSON, or one fenced code block and nothing beside it: a program that reads the output would
take no more than that either. Strictly JSON: no NaN, no comments, no trailing comma; and an object must not name a key
twice, since readers differ in which they take.

Values are the same as JSON has them: 1 and 1.0 are, 1 and true are not, texts by their form C, objects in any order of
keys, lists in theirs.
"""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from referee_evaluators.evaluators.graders.texts import composed, unfenced


class NotJSON(ValueError):  # noqa: N818 - what an output is, no bug
    """The text is no JSON; the message says why."""


def parse(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON value of a text.

    Raises:
        NotJSON: it is none.
    """
    try:
        return json.loads(unfenced(text), parse_constant=_no_constant, object_pairs_hook=_object)
    except RecursionError:
        raise NotJSON("nested too deep") from None
    except json.JSONDecodeError as error:
        empty = not text.strip()
        raise NotJSON("empty" if empty else f"{error.msg} at line {error.lineno}, column {error.colno}") from None


def same(one: Any, other: Any) -> bool:  # noqa: ANN401 - any JSON values
    """Whether two JSON values are the same."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) and isinstance(other, str):
        return composed(one) == composed(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _no_constant(name: str) -> NoReturn:
    raise NotJSON(f"{name} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotJSON("an object names a key twice")
    return found
