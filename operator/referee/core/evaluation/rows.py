"""From a row as people have it to a datapoint: aliases, columns with dots, the `item` wrapper, a mapping.

Every column goes somewhere. One that we know under another name is that field; two that mean one field and do not say
the same are an error, since whichever was taken, half of the readers would have expected the other. A dot in a column's
name is a level: `metadata.language`, `input.country`. What is left over is metadata, where slices find it. Texts are
never parsed into something else, but for messages, tools and metadata, which cannot be texts: a target of `1e3`, or
of `{"a": 1}`, may well be meant as a text.

With a mapping, a mapped field is read from the named column alone. A row that lacks that column is an error: a
mistyped one would otherwise leave every target empty without a word. Whoever has no value there writes null.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from referee.core.evaluation.canonical import canonical
from referee.core.evaluation.datapoint import FIELDS, Datapoint, content_id

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "input": ("inputs", "question", "prompt"),
    "target": ("expected", "expected_output", "expectedOutput", "ideal", "answer"),
    "output": ("completion", "response"),
}
MAX_ID_BYTES = 1024
"""What the results store takes as part of a key."""
_WRAPPER = "item"
_LEVELS = ("input", "target", "metadata")
"""Fields that may be made of several columns."""
_FIELD_OF = {name: (name,) for name in FIELDS} | {
    alias: (field,) for field, aliases in ALIASES.items() for alias in aliases
}


class RowError(ValueError):
    """A row that is no datapoint."""

    def __init__(self, field: str, message: str) -> None:
        """Take the field or column that is wrong, and what to do about it."""
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


def of_row(row: Mapping[str, Any], mapping: Mapping[str, str] | None = None) -> Datapoint:
    """The datapoint of a row.

    Args:
        row: a JSON object.
        mapping: field of the datapoint -> column of the row; either may have dots.

    Raises:
        RowError: the row is none, naming the field.
    """
    columns = _unwrapped(row)
    fields = _Fields()
    mapping = mapping or {}
    for field, column in mapping.items():
        if (value := _column(columns, field, column)) is not None:
            fields.put(tuple(field.split(".")), value, column)
    taken = {column if column in columns else column.split(".")[0] for column in mapping.values()}
    for column, value in columns.items():
        if value is None or column in taken:
            continue
        path = _FIELD_OF.get(column) or _path(column)
        if path[0] in mapping and len(path) == 1:  # the mapping has another column for that field
            path = ("metadata", column)
        fields.put(path, value, column)
    return _checked(fields.values, columns)


def columns_of(field: str, mapping: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that a field may be read from."""
    return (mapping[field],) if field in mapping else (field, *ALIASES.get(field, ()))


def mapping_trouble(mapping: Mapping[str, str]) -> tuple[str, str] | None:
    """The first field of a mapping that no datapoint has, and what is wrong with it."""
    for field in mapping:
        head, *rest = field.split(".")
        if head not in FIELDS or not all(rest) or (rest and head not in _LEVELS):
            return field, f"is no field of a datapoint: {', '.join(FIELDS)}, or with a dot {', '.join(_LEVELS)}"
    return None


def _unwrapped(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row without the `item` around it, which some put around all that is theirs."""
    inner = row.get(_WRAPPER)
    if not isinstance(inner, Mapping):
        return row
    for name, value in row.items():
        if name in inner and not _same(inner[name], value):
            raise RowError(name, f"stands both inside and beside {_WRAPPER!r}, with two values: keep one")
    return {**{name: value for name, value in row.items() if name != _WRAPPER}, **inner}


def _column(columns: Mapping[str, Any], field: str, column: str) -> Any:  # noqa: ANN401 - JSON
    """The value of a mapped column; its dots are levels where no column has that very name."""
    if column in columns:
        return columns[column]
    value: Any = columns
    for part in column.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise RowError(field, f"mapped to column {column!r}, which this row lacks; it has {_names(columns)}")
        value = value[part]
    return value


def _path(column: str) -> tuple[str, ...]:
    """Where a column goes that is no field's name or alias."""
    parts = tuple(column.split("."))
    if not all(parts):
        return ("metadata", column)
    return parts if len(parts) > 1 and parts[0] in _LEVELS else ("metadata", *parts)


class _Fields:
    """What the columns seen so far come to."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._said_by: dict[tuple[str, ...], str] = {}

    def put(self, path: tuple[str, ...], value: Any, column: str) -> None:  # noqa: ANN401 - JSON
        """Set a value at its place, unless something else stands there."""
        whole = path == ("metadata",)
        if whole:
            value = _parsed("metadata", value, dict, "an object")
        at = self.values
        for depth, part in enumerate(path[:-1], 1):
            inner = at.get(part, {})
            if not isinstance(inner, Mapping):
                raise self._conflict(path, column, path[:depth])
            at[part] = inner = dict(inner)  # an object of the row's own is not ours to change
            at = inner
        last = path[-1]
        if last not in at:
            at[last] = value
            if not whole:  # columns beside it add to it
                self._said_by[path] = column
        elif path not in self._said_by and isinstance(at[last], Mapping) and isinstance(value, Mapping):
            for name, inner in value.items():  # made of columns with dots so far, and now the whole comes
                self.put((*path, name), inner, f"{column}.{name}")
        elif not _same(at[last], value):
            raise self._conflict(path, column, path)

    def _conflict(self, path: tuple[str, ...], column: str, other: tuple[str, ...]) -> RowError:
        earlier = self._said_by.get(other, ".".join(other))
        return RowError(
            ".".join(path),
            f"columns {earlier!r} and {column!r} both give it, and differ: remove one, or name the one that counts in"
            f" the mapping, as {path[0]}: {earlier}",
        )


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - JSON
    return one == other and type(one) is type(other)


def _checked(values: dict[str, Any], columns: Mapping[str, Any]) -> Datapoint:
    """The datapoint, if every field can be what it is."""
    messages = _objects("messages", values.get("messages"))
    asked = values.get("input")
    if messages is None and _is_chat(asked):
        messages = asked
    for at, message in enumerate(messages or ()):
        if not isinstance(message.get("role"), str):
            raise RowError(f"messages[{at}].role", "must be a text: system, user, assistant or tool")
        if not isinstance(message.get("content"), str | list | None):
            raise RowError(f"messages[{at}].content", "must be a text, a list of parts, or null")
    output = values.get("output")
    if not isinstance(output, str | Mapping | None):
        raise RowError("output", f"must be a text or a chat message, not {_kind(output)}: write it as a text")
    if asked is None and messages is None and output is None:
        raise RowError("input", f"a datapoint needs input, messages or output; this row has {_names(columns)}")
    given = _id(values.get("id"))
    found = Datapoint(
        given or "",
        asked,
        messages,
        _objects("tools", values.get("tools")),
        values.get("target"),
        output,
        values.get("metadata", {}),
    )
    _written(found)
    return found if given else _with_id(found)


def _id(given: Any) -> str | None:  # noqa: ANN401 - JSON
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise RowError("id", f"must be a text or a whole number, not {_kind(given)}")
    text = str(given)
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise RowError("id", "has half of a surrogate pair in it: that is no Unicode text") from None
    if not 0 < size <= MAX_ID_BYTES or "\0" in text:
        raise RowError("id", f"must have 1 to {MAX_ID_BYTES} bytes and no NUL character; leave it out to have one made")
    return text


def _with_id(found: Datapoint) -> Datapoint:
    return Datapoint(
        content_id(found), found.input, found.messages, found.tools, found.target, found.output, found.metadata
    )


def _objects(field: str, value: Any) -> list[Mapping[str, Any]] | None:  # noqa: ANN401 - JSON
    if value is None:
        return None
    found: list[Mapping[str, Any]] = _parsed(field, value, list, "a list of objects")
    for at, entry in enumerate(found):
        if not isinstance(entry, Mapping):
            raise RowError(f"{field}[{at}]", f"must be an object, not {_kind(entry)}")
    return found


def _parsed(field: str, value: Any, wanted: type, words: str) -> Any:  # noqa: ANN401 - JSON
    """The value; in a cell, a text holds it as JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise RowError(field, f"must be {words}, or the JSON text of one: {error}") from None
    if not isinstance(value, wanted):
        raise RowError(field, f"must be {words}, not {_kind(value)}")
    return value


def _is_chat(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether an input is a conversation, as OpenAI's own files have it."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(entry, Mapping) and "role" in entry and "content" in entry for entry in value)
    )


def _written(found: Datapoint) -> None:
    """Refuse what has no JSON text, naming the field."""
    wire = found.wire()
    try:
        canonical(wire)
    except (ValueError, TypeError, RecursionError):
        for field, value in wire.items():
            _writable(field, value)
        raise


def _writable(field: str, value: Any) -> None:  # noqa: ANN401 - JSON
    try:
        canonical(value)
    except UnicodeEncodeError:
        raise RowError(field, "has half of a surrogate pair in it: that is no Unicode text") from None
    except RecursionError:
        raise RowError(field, "is nested too deeply") from None
    except TypeError:
        raise RowError(field, f"holds what JSON has no form for ({_kind(value)})") from None
    except ValueError:
        raise RowError(field, "holds NaN or an infinity: leave it out, or write null") from None


def _names(columns: Mapping[str, Any]) -> str:
    names = [repr(name) for name in columns]
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "") if names else "no column"  # noqa: PLR2004


def _kind(value: Any) -> str:  # noqa: ANN401 - JSON
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value!r:.40}"
        case str():
            return f"the text {value!r:.40}"
        case list():
            return "a list"
        case Mapping():
            return "an object"
        case _:
            return type(value).__name__
