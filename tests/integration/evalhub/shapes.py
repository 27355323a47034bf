"""What of two answers to one request differs, as short texts that a table can list.

Compared are the status, the message code, the media type and a few more headers, every key with the JSON type of its
value, wherever in the document, and the values of what is no name, time or sentence. The order in lists is not.

    status 200 → 404                 a + b: theirs, then ours
    +referee                         a key that only we have (the highest of its branch)
    -first                           a key that only they have
    limit: 50 → 0                    another value
    header allow: GET → none
    attempts: 1 → 2                  how often the adapter was started before this was so

Of two answers of which one is a refusal, or no JSON, only that is said.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

HEADERS = (
    "content-type",
    "x-content-type-options",
    "x-global-transaction-id",
    "allow",
    "trailer",
    "access-control-allow-origin",
)
_ONLY_THERE = {"x-global-transaction-id"}
"""Headers of which only matters whether there is one."""
_NO_VALUES = {
    "id",
    "tenant",
    "owner",
    "created_at",
    "updated_at",
    "started_at",
    "completed_at",
    "collection_updated_at",
    "timestamp",
    "message",
    "detail",
    "trace",
    "href",
}
"""Keys whose values are names, times and sentences."""


@dataclass(frozen=True)
class Answer:
    """One answer, as far as it is compared."""

    status: int
    headers: Mapping[str, str]
    document: Any = None
    """None: no JSON."""
    text: str = ""
    """Of what is no JSON."""
    attempts: int = 1
    """How often an adapter had to do what the row says."""


@dataclass
class _Facts:
    kinds: dict[str, str] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=dict)


def differences(theirs: Answer, ours: Answer) -> list[str]:
    """Everything that differs."""
    if theirs.status != ours.status:
        codes = [_code(answer) for answer in (theirs, ours)]
        return [f"status {theirs.status} → {ours.status}", f"code {codes[0]} → {codes[1]}"]
    found = []
    if theirs.attempts != ours.attempts:
        found.append(f"attempts: {theirs.attempts} → {ours.attempts}")
    for name in HEADERS:
        told = [_header(answer, name) for answer in (theirs, ours)]
        if told[0] != told[1]:
            found.append(f"header {name}: {told[0]} → {told[1]}")
    if (theirs.document is None) != (ours.document is None):
        return found
    if theirs.text != ours.text:
        found.append(f"text: {theirs.text!r} → {ours.text!r}")
    return found + list(_in_documents(_facts(theirs.document), _facts(ours.document)))


def _code(answer: Answer) -> str:
    return str(answer.document["message_code"]) if answer.status >= httpx.codes.BAD_REQUEST else "none"


def _in_documents(theirs: _Facts, ours: _Facts) -> Iterator[str]:
    yield from (f"-{path}" for path in _highest(theirs.kinds.keys() - ours.kinds.keys()))
    yield from (f"+{path}" for path in _highest(ours.kinds.keys() - theirs.kinds.keys()))
    for path in sorted(theirs.kinds.keys() & ours.kinds.keys()):
        if theirs.kinds[path] != ours.kinds[path]:
            yield f"{path}: a {theirs.kinds[path]} → a {ours.kinds[path]}"
        elif (before := sorted(theirs.values.get(path, ()))) != (after := sorted(ours.values.get(path, ()))):
            yield f"{path}: {', '.join(before)} → {', '.join(after)}"


def _highest(paths: set[str]) -> list[str]:
    """Those that are in no branch of another."""
    return sorted(path for path in paths if not any(_holds(other, path) for other in paths))


def _holds(branch: str, path: str) -> bool:
    return path != branch and path.startswith((f"{branch}.", f"{branch}["))


def _facts(document: Any) -> _Facts:
    facts = _Facts()
    _collect(document, "", facts)
    return facts


def _collect(node: Any, path: str, facts: _Facts) -> None:
    kind = {dict: "object", list: "array", str: "string", bool: "bool", int: "number", float: "number"}
    if path:
        facts.kinds[path] = kind.get(type(node), "null")
    if isinstance(node, dict):
        for name, value in node.items():
            _collect(value, f"{path}.{name}" if path else name, facts)
    elif isinstance(node, list):
        for value in node:
            _collect(value, f"{path}[]", facts)
    elif path and path.rpartition(".")[2] not in _NO_VALUES:
        facts.values.setdefault(path, set()).add(_value(node))


def _value(leaf: Any) -> str:
    """1 is 1.0; what is kept in too few digits is another number."""
    return json.dumps(leaf).removesuffix(".0")


def _header(answer: Answer, name: str) -> str:
    value = answer.headers.get(name)
    if value is None:
        return "none"
    return "there" if name in _ONLY_THERE else value
