"""One template: read, looked through before the first call, then filled for each sample.

What it will need is taken from the engine's own tree and not from the text, so that `{% for part in input.parts %}` and
`{{ input["parts"] }}` are understood. A name that nobody fills is refused when the template is read. A path into the
data (`input.country`) can only be compared with data: whoever has it asks `paths`; those under `default` or a test for
being defined may be absent.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from jinja2 import TemplateSyntaxError, meta, nodes

from referee.core.evaluation.placeholders import modern, refusal, unknown
from referee_adapter import SpecError
from referee_evaluators.templates.environment import (
    MOST_CHARACTERS,
    ROUNDS,
    Environment,
    count_loops,
    forbidden,
)

_ENVIRONMENT = Environment()
_GUARDS = {"default", "d", "defined", "undefined"}


class NotRendered(Exception):  # noqa: N818 - an outcome of one sample, not a bug
    """A template could not be filled with this sample; the message says why."""


class Template:
    """A template that can be filled."""

    def __init__(self, text: str, known: Collection[str]) -> None:
        """Read it.

        Args:
            text: the template; of older systems with single braces, too.
            known: what its names may be.

        Raises:
            SpecError: it is none, or has a name that nobody fills.
        """
        text = modern(text, known)
        self.text = text
        self.plain = not any(mark in text for mark in ("{{", "{%", "{#"))
        self.paths: tuple[str, ...] = ()
        """What must be in the data, dotted."""
        if self.plain:
            return
        try:
            tree = _ENVIRONMENT.parse(text)
            found = forbidden(tree)
            if found:
                raise SpecError(f"template, line {found[1]}: {found[0]} is not allowed in a prompt")
            names = meta.find_undeclared_variables(tree) | _engines_own(tree)
            paths, guarded = _paths(tree, names - {"range"})
            missing = unknown(sorted(names - {"range"}), known) or unknown(paths, known)
            if missing:
                raise SpecError(f"template: {refusal(missing, known)}")
            count_loops(tree)
            self._template = _ENVIRONMENT.from_string(tree)
        except TemplateSyntaxError as error:
            raise SpecError(f"template, line {error.lineno}: {error.message}") from None
        except RecursionError:
            raise SpecError("template: nested too deep") from None
        self.paths = tuple(path for path in paths if path not in guarded)

    def render(self, values: Mapping[str, Any]) -> str:
        """The text for one sample.

        Raises:
            NotRendered: something that it needs is not there, or it becomes too long.
        """
        if self.plain:
            return self.text
        parts, length = [], 0
        try:
            for part in self._template.root_render_func(self._template.new_context({**values, ROUNDS: [0]})):
                length += len(part)
                if length > MOST_CHARACTERS:
                    break
                parts.append(part)
        except Exception as error:  # whatever a template's arithmetic and the data come to
            raise NotRendered(f"{type(error).__name__}: {error}") from error
        if length > MOST_CHARACTERS:
            raise NotRendered(f"the text is longer than {MOST_CHARACTERS} characters")
        return "".join(parts)


def _engines_own(tree: nodes.Template) -> set[str]:
    """Names that the engine fills itself, with things that are no data."""
    return {name.name for name in tree.find_all(nodes.Name) if name.name in ("self", "super", "caller")}


def _paths(tree: nodes.Template, names: Collection[str]) -> tuple[list[str], set[str]]:
    """The dotted paths from these names on, in their order; and those of them that may be absent."""
    paths: dict[str, None] = {}
    guarded: set[str] = set()
    # of `input.items()` the last part is a method and no path
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr):
            call.node.ctx = "call"
    for node, guard in _walk(tree, guarded=False):
        path = _dotted(node, names)
        if path:
            paths[path] = None
            if guard:
                guarded.add(path)
    return list(paths), guarded


def _walk(node: nodes.Node, *, guarded: bool) -> Iterator[tuple[nodes.Node, bool]]:
    """All nodes, but of a path only the whole of it."""
    yield node, guarded
    guard = isinstance(node, nodes.Filter | nodes.Test) and node.name in _GUARDS
    for child in node.iter_child_nodes():
        inside = isinstance(node, nodes.Getattr | nodes.Getitem) and child is node.node
        for found, below in _walk(child, guarded=guard or (guarded and inside)):
            if not inside or not _is_path(found):
                yield found, below


def _is_path(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem)


def _dotted(node: nodes.Node, names: Collection[str]) -> str:
    match node:
        case nodes.Name():
            return node.name if node.ctx == "load" and node.name in names else ""
        case nodes.Getattr(ctx="call"):
            return ""
        case nodes.Getattr():
            inner, key = _dotted(node.node, names), node.attr
        case nodes.Getitem(arg=nodes.Const(value=str(key))):
            inner = _dotted(node.node, names)
        case _:
            return ""
    return f"{inner}.{key}" if inner else ""
