"""One object of the API as a Markdown table: a row a field, from the schema with references."""

from collections.abc import Iterator, Mapping

from referee.api.structural import Schema

_HEAD = ("| Field | Type | Default | Bounds | Meaning |", "|---|---|---|---|---|")

_RANGES = (
    ("minimum", "maximum", ""),
    ("exclusiveMinimum", "exclusiveMaximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " entries"),
    ("minProperties", "maxProperties", " keys"),
)


def table(node: Schema, defs: Mapping[str, Schema]) -> Iterator[str]:
    """The lines of an object's table.

    Args:
        node: the object.
        defs: the objects that it refers to.
    """
    yield from _HEAD
    for name, field in node["properties"].items():
        meaning = field.get("description") or defs.get(referred(field), {}).get("description", "")
        default = "required" if name in node.get("required", ()) else _default(field)
        cells = (f"`{name}`", _type(field), default, ", ".join(_bounds(field)), one_line(meaning))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def referred(node: Schema) -> str:
    """The title of the object that a node refers to; empty if it refers to none."""
    return str(node.get("$ref", "")).rpartition("/")[2]


def one_line(text: str) -> str:
    """A docstring's text, with other pages as links."""
    return " ".join(text.split()).replace("conditions.md", "[conditions.md](conditions.md)")


def _type(node: Schema) -> str:
    if title := referred(node):
        return f"[{title}](#{title.lower()})"
    if values := node.get("enum", [node["const"]] if "const" in node else []):
        return ", ".join(f"`{value}`" for value in values)
    for child, word in (("items", "list"), ("additionalProperties", "map")):
        if child in node:
            return f"{word} of {_type(node[child])}"
    if "x-kubernetes-int-or-string" in node:
        return "quantity"
    return "time" if node.get("format") == "date-time" else str(node.get("type", "anything"))


def _default(field: Schema) -> str:
    match field.get("default"):
        case None | dict() | list():
            return ""
        case bool(value):
            return "`true`" if value else "`false`"
        case "":
            return '`""`'
        case value:
            return f"`{value}`"


def _bounds(node: Schema) -> Iterator[str]:
    for low, high, unit in _RANGES:
        if low in node or high in node:
            yield _range(node.get(low), node.get(high), exclusive=low.startswith("ex")) + unit
    if "pattern" in node:
        yield f"matches `{node['pattern']}`"
    for child in ("items", "additionalProperties"):
        if child in node:
            yield from (f"each {bound}" for bound in _bounds(node[child]))
    if "x-kubernetes-list-map-keys" in node:
        yield f"no two of the same {' and '.join(node['x-kubernetes-list-map-keys'])}"


def _range(low: float | None, high: float | None, *, exclusive: bool) -> str:
    more, less = ("more than", "less than") if exclusive else ("at least", "at most")
    bounds = [f"{word} {_number(bound)}" for word, bound in ((more, low), (less, high)) if bound is not None]
    if low is None or high is None or exclusive:
        return " and ".join(bounds)
    return _number(low) if low == high else f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"
