"""The reference pages from the models: `python -m referee.api.reference DIRECTORY`.

A page a kind, an object a section, a field a row; and a page with every condition and reason. All that is on them
is said in the models. An object that stands in several places (pass criteria) has one section, to which the places
link, instead of one for each path as in most CRD references: those are ten times as long and say the same.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from referee.api.conditions import ConditionType, Documented, Reason
from referee.api.crd import definition
from referee.api.fieldtable import one_line, referred, table
from referee.api.manifest import KINDS
from referee.api.names import API_VERSION
from referee.api.structural import Schema, with_references

_GENERATED = "<!-- Generated from operator/referee/api by `make docs`. -->\n"
_IMMUTABLE = " cannot change after creation"


def files() -> dict[str, str]:
    """File name -> text of every page."""
    return {f"{name.lower()}.md": kind_page(name) for name in KINDS} | {"conditions.md": conditions_page()}


def kind_page(name: str) -> str:
    """The page of a resource kind."""
    schema = with_references(KINDS[name])
    names = definition(KINDS[name])["spec"]["names"]
    places: dict[str, list[str]] = {}
    for part in ("spec", "status"):
        _collect(schema["properties"][part], part, schema["$defs"], places)
    return "\n".join(
        (
            _GENERATED,
            f"# {name}\n",
            f"{one_line(schema['description'])}\n",
            f"`apiVersion: {API_VERSION}`, `kubectl get {names['plural']}` or `{names['shortNames'][0]}`.\n",
            *(_section(title, paths, schema["$defs"]) for title, paths in places.items()),
        )
    )


def conditions_page() -> str:
    """The page of conditions and reasons."""
    return "\n".join(
        (
            _GENERATED,
            "# Conditions and reasons\n",
            "## Conditions\n",
            *_words("Condition", ConditionType),
            "## Reasons\n",
            "Of conditions, benchmarks, gates and verdicts alike.\n",
            *_words("Reason", sorted(Reason)),
        )
    )


def _words(title: str, words: Iterable[Documented]) -> list[str]:
    return [f"| {title} | Meaning |", "|---|---|", *(f"| `{word}` | {word.sentence} |" for word in words), ""]


def _collect(node: Schema, path: str, defs: dict[str, Schema], places: dict[str, list[str]]) -> None:
    """Where each object stands, in the order in which a reader of a manifest meets them."""
    if title := referred(node):
        places.setdefault(title, []).append(path)
        for name, field in defs[title]["properties"].items():
            _collect(field, f"{path}.{name}", defs, places)
    elif "items" in node:
        _collect(node["items"], f"{path}[]", defs, places)


def _section(title: str, paths: list[str], defs: dict[str, Schema]) -> str:
    schema = defs[title]
    where = ", ".join(f"`{path}`" for path in paths)
    return "\n".join(
        (f"## {title}\n", f"{where}: {one_line(schema['description'])}\n", *table(schema, defs), "", *_rules(schema))
    )


def _rules(schema: Schema) -> list[str]:
    said = [rule["message"] for rule in schema.get("x-kubernetes-validations", ())]
    fixed = [message.split(_IMMUTABLE)[0] for message in said if _IMMUTABLE in message]
    lines = [f"- {message}" for message in said if _IMMUTABLE not in message]
    if fixed:
        lines.append(f"- fixed at creation: {', '.join(f'`{field}`' for field in fixed)}; the rest may change")
    return ["Rules:\n", *lines, ""] if lines else []


def main() -> None:
    """Write the pages into the directory that is the only argument."""
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (directory / name).write_text(text)


if __name__ == "__main__":
    main()
