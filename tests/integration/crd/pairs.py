"""The refusal tables: each row of manifests/pairs/*.yaml becomes pairs of manifests one step apart.

A row names a field (`at`) and what holds for it; each word makes a pair or two, refused one step outside:
    required: true            the base manifest without the field
    between: [low, high]      numbers; a step is 1, or 0.001 where the bounds are written as decimals
    text: [least, most]       characters; `from` is what they begin with
    entries: [least, most]    a list of `of`, with the number in place of {}
    keys: most                a map whose values are `of`
    oneOf, matches            [refused, accepted] for an enum, a pattern
    objectName: true          the name of a Kubernetes object
    refused, accepted, says   anything else, and what the API server says of it
`alongside` sets other fields too (null takes one away); `named` is the field that the answer names, where it is not
`at`.
"""

import copy
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MANIFESTS = Path(__file__).parent / "manifests"
ABSENT = object()

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A manifest that is refused and its nearest neighbour that is not.

    Attributes:
        at: the field in which they differ.
        named: the field that the refusal must name.
        says: what it must say besides.
    """

    kind: str
    at: str
    named: str
    says: str
    refused: dict[str, Any]
    accepted: dict[str, Any]


def pairs() -> list[Pair]:
    """All pairs of all kinds."""
    return [pair for group in groups("pairs") for row in group["pairs"] for pair in _pairs(group, row)]


def groups(folder: str) -> Iterator[Row]:
    """The documents of all tables in a folder: a kind, its base spec, the rows."""
    for path in sorted((MANIFESTS / folder).glob("*.yaml")):
        yield from yaml.safe_load_all(path.read_text())


def with_value(manifest: Mapping[str, Any], at: str, value: object) -> dict[str, Any]:
    """The manifest with another value at a path; missing objects and lists on the way are made."""
    changed = copy.deepcopy(dict(manifest))
    steps = [int(index) if index else name for index, name in re.findall(r"\[(\d+)\]|([^.\[\]]+)", at)]
    node: Any = changed
    for step, following in itertools.pairwise(steps):
        if isinstance(step, str):
            node = node.setdefault(step, [] if isinstance(following, int) else {})
        else:
            node += [{}] * (step + 1 - len(node))
            node = node[step]
    last = steps[-1]
    if value is ABSENT:
        node.pop(last, None)
    elif isinstance(last, int) and last == len(node):
        node.append(value)
    else:
        node[last] = value
    return changed


def _pairs(group: Row, row: Row) -> Iterator[Pair]:
    base: dict[str, Any] = {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": group["kind"],
        "metadata": {"name": "pair"},
        "spec": group["spec"],
    }
    for at, value in row.get("alongside", {}).items():
        base = with_value(base, at, ABSENT if value is None else value)
    at = row["at"]
    if row.get("required"):
        yield Pair(group["kind"], at, at, "Required value", with_value(base, at, ABSENT), base)
    for refused, accepted, says in _steps(row):
        yield Pair(
            kind=group["kind"],
            at=at,
            named=row.get("named", at),
            says=says,
            refused=with_value(base, at, refused),
            accepted=with_value(base, at, accepted),
        )


def _steps(row: Row) -> Iterator[tuple[Any, Any, str]]:
    """(refused value, accepted value, what the API server says) for everything that a row says of its field."""
    if "between" in row:
        low, high = row["between"]
        step = 0.001 if isinstance(low, float) else 1
        yield low - step, low, "should be greater than or equal to"
        yield high + step, high, "should be less than or equal to"
    if row.get("objectName"):
        yield from _lengths(1, 253, "n")
        yield "Data_Set", "data-set", "should match"
    if "text" in row:
        least, most = row["text"]
        yield from _lengths(least, most, row.get("from", "x"))
    if "entries" in row:
        least, most = row["entries"]
        made = [_numbered(row["of"], number) for number in range(most + 1)]
        if least:
            yield made[: least - 1], made[:least], f"should have at least {least} items"
        yield made, made[:most], f"must have at most {most} items"
    if "keys" in row:
        most = row["keys"]
        names = [f"k{number}" for number in range(most + 1)]
        yield dict.fromkeys(names, row["of"]), dict.fromkeys(names[:most], row["of"]), f"must have at most {most} items"
    for word, says in (("oneOf", "supported values"), ("matches", "should match")):
        if word in row:
            yield (*row[word], says)
    if "says" in row:
        yield row["refused"], row["accepted"], row["says"]


def _lengths(least: int, most: int, start: str) -> Iterator[tuple[str, str, str]]:
    if least:
        yield start[: least - 1], start[:least], f"should be at least {least} chars long"
    yield start.ljust(most + 1, start[-1]), start.ljust(most, start[-1]), f"may not be more than {most} bytes"


def _numbered(value: Any, number: int) -> Any:
    match value:
        case str():
            return value.replace("{}", str(number))
        case dict():
            return {key: _numbered(child, number) for key, child in value.items()}
        case _:
            return value
