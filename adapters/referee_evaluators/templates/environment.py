"""The template engine, cut down to what a prompt needs.

Templates are written by whoever writes the job, and filled with what a model answered. Jinja's sandbox keeps both from
Python's insides (immutable, so that no template changes the data that an evaluator sees next); what it does not keep
them from is using up the pod. So the language is a list of what is allowed and not of what is not: text, names, items,
conditions, loops, filters that cannot grow much. No macros, assignments, includes or repetition of text: without them
no template of a line makes a gigabyte. Loops count their rounds, the output its characters.

A dot always means an item of the data: Jinja would look for a Python attribute first, and `{{ input.items }}` would be
a method. Lists and objects are written as JSON, nothing (null) as nothing.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_context

from referee.core.evaluation.placeholders import as_text

Value = Any
"""Whatever the data holds."""

MOST_CHARACTERS = 4_000_000
"""Of a rendered template."""
MOST_ROUNDS = 100_000
"""Of all loops of a template together."""
LONGEST_RANGE = 1_000
ROUNDS = "_rounds"
"""Where a rendering counts, a list with one number."""
_METHODS = frozenset({"items", "keys", "values", "get"})

_FILTERS = (
    *("abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "int", "items", "last", "length"),
    *("list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "select", "selectattr", "sort", "sum"),
    *("title", "trim", "truncate", "unique", "upper", "wordcount"),
)
_NODES = frozenset(
    {
        *("Template", "Output", "TemplateData", "Name", "Const", "Getattr", "Getitem", "Slice", "Filter", "Test", "If"),
        *("CondExpr", "For", "Compare", "Operand", "And", "Or", "Not", "Neg", "Pos", "Add", "Sub", "Mul", "Div"),
        *("FloorDiv", "Mod", "Concat", "List", "Tuple", "Dict", "Pair", "Call", "Keyword"),
    }
)


class Environment(ImmutableSandboxedEnvironment):
    """Jinja, as far as prompts need it."""

    intercepted_binops = frozenset({"*", "%", "//", "/"})

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True, finalize=_written, cache_size=0
        )
        self.filters = {name: self.filters[name] for name in _FILTERS} | _OWN_FILTERS
        self.globals = {"range": _range}

    def getattr(self, obj: Value, attribute: str) -> Value:
        """An item, whatever its name; never an attribute of Python's, but those of a loop."""
        if isinstance(obj, Undefined):
            # says what was missing first
            return obj[attribute]
        if isinstance(obj, Mapping):
            if attribute in obj:
                return obj[attribute]
            if attribute not in _METHODS:
                return self.undefined(obj=obj, name=attribute)
        elif not isinstance(obj, LoopContext):
            return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Value, argument: Value) -> Value:
        """An item."""
        if isinstance(obj, Undefined):
            return obj[argument]
        if isinstance(obj, Mapping | list | tuple | str):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                pass
        return self.undefined(obj=obj, name=argument)

    def call_binop(self, context: Context, operator: str, left: Value, right: Value) -> Value:
        """Arithmetic of numbers; a text that is multiplied or formatted can be of any length."""
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            raise SecurityError(f"{operator} is for numbers alone")
        return super().call_binop(context, operator, left, right)


def forbidden(tree: nodes.Template) -> tuple[str, int] | None:
    """The first thing in a template that is not allowed, and its line."""
    for node in _all(tree):
        if type(node).__name__ not in _NODES:
            return type(node).__name__.lower(), node.lineno or 1
    return None


def count_loops(tree: nodes.Template) -> None:
    """Make every loop of a parsed template count its rounds."""
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, "_counted", [], [], None, None, lineno=loop.lineno)


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all(child)


def _written(value: Value) -> Value:
    """A value as it stands in the text."""
    return value if isinstance(value, str) else as_text(value)


def _range(*bounds: int) -> range:
    made = range(*bounds)
    if len(made) > LONGEST_RANGE:
        raise SecurityError(f"a range of {len(made)}; at most {LONGEST_RANGE} are allowed")
    return made


@pass_context
def _counted(context: Context, values: Iterable[Any]) -> Iterator[Any]:
    rounds = context[ROUNDS]
    for value in values:
        rounds[0] += 1
        if rounds[0] > MOST_ROUNDS:
            raise SecurityError(f"more than {MOST_ROUNDS} rounds of loops")
        yield value


def _bounded(length: int) -> None:
    if length > MOST_CHARACTERS:
        raise SecurityError(f"a text of more than {MOST_CHARACTERS} characters")


def _join(values: Iterable[Any], separator: str = "", attribute: str | None = None) -> str:
    parts = [as_text(value[attribute] if attribute is not None else value) for value in values]
    _bounded(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


def _replace(text: Value, old: str, new: str) -> str:
    given = as_text(text)
    _bounded(len(given) + (given.count(old) if old else len(given) + 1) * len(new))
    return given.replace(old, new)


def _indent(text: Value, width: int = 4) -> str:
    given = as_text(text)
    _bounded(len(given) + given.count("\n") * min(width, MOST_CHARACTERS))
    return given.replace("\n", f"\n{' ' * width}")


def _json(value: Value, indent: int | None = None) -> str:
    if indent is not None and indent > 8:  # noqa: PLR2004 - as deep as anybody indents
        raise SecurityError("tojson indents by at most 8")
    return json.dumps(value, ensure_ascii=False, indent=indent, default=as_text)


def _round(value: float, precision: int = 0) -> float:
    return round(float(value), max(-15, min(precision, 15)))


_OWN_FILTERS: dict[str, Callable[..., Any]] = {
    "join": _join,
    "replace": _replace,
    "indent": _indent,
    "tojson": _json,
    "round": _round,
    "string": as_text,
    "_counted": _counted,
}
"""In place of Jinja's, which have no bound, or write Python's form (and HTML's, for JSON)."""
