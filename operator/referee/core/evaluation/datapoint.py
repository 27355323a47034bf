"""A datapoint: what is asked, what is expected, and what tells it from all others.

Its `key` pairs runs: it covers what decides an answer and whether that is right, and neither id, recorded output nor
metadata, so that a corrected label of a slice breaks no comparison. An id that nobody gave is made of the same: never
of the position, so that a row that was put in front renames nothing. Where nothing is asked (outputs alone are
scored), the output is what there is to make an id of.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from referee.core.evaluation.canonical import canonical

FIELDS = ("id", "input", "messages", "tools", "target", "output", "metadata")
_MADE = 32
"""Hexadecimal digits of a made id: 128 bits."""


@dataclass(frozen=True, slots=True)
class Datapoint:
    """One row of a dataset, under the names that we know."""

    id: str
    input: Any = None
    """Any JSON value; None: the messages say it all."""
    messages: Sequence[Mapping[str, Any]] | None = None
    tools: Sequence[Mapping[str, Any]] | None = None
    target: Any = None
    """Any JSON value; None: there is none."""
    output: str | Mapping[str, Any] | None = None
    """What was answered: a text, or a chat message; None: not recorded."""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Digest of what is asked and expected; the same in every run over the same question."""
        return hashlib.sha256(canonical(_asked(self))).hexdigest()

    def wire(self) -> dict[str, Any]:
        """The row that it would be read from again, without what is absent."""
        found: dict[str, Any] = {"id": self.id}
        for name in FIELDS[1:-1]:
            if (value := getattr(self, name)) is not None:
                found[name] = value
        if self.metadata:
            found["metadata"] = self.metadata
        return found


def content_id(datapoint: Datapoint) -> str:
    """The id of a datapoint that was given none."""
    asked = _asked(datapoint)
    if datapoint.input is None and datapoint.messages is None:
        asked["output"] = datapoint.output
    return hashlib.sha256(canonical(asked)).hexdigest()[:_MADE]


def numbered(made: str, occurrence: int) -> str:
    """The id of a made id's n-th row: rows of equal content are all kept, and each has an id of its own."""
    return made if occurrence == 1 else f"{made}-{occurrence}"


def _asked(datapoint: Datapoint) -> dict[str, Any]:
    asked = {"input": datapoint.input, "target": datapoint.target}
    if datapoint.messages is not None and datapoint.messages != datapoint.input:
        asked["messages"] = datapoint.messages
    if datapoint.tools is not None:
        asked["tools"] = datapoint.tools
    return asked


class DatasetDigest:
    """sha256 over the canonical datapoints, a line each, in their order.

    The order counts: `First` samples by it. Comparisons pair by key and do not need it to be the same. Format, aliases
    and mapping do not count: the same rows as CSV and as Parquet are the same dataset. Of a made id its number does not
    count: it is known only once all rows were seen.
    """

    def __init__(self) -> None:
        self._sum = hashlib.sha256()

    def add(self, datapoint: Datapoint) -> None:
        """Take the next datapoint."""
        wire = datapoint.wire()
        if datapoint.id[_MADE : _MADE + 1] == "-" and datapoint.id[:_MADE] == content_id(datapoint):
            wire["id"] = datapoint.id[:_MADE]
        self._sum.update(canonical(wire))
        self._sum.update(b"\n")

    def text(self) -> str:
        """What stands in status: `sha256:…`."""
        return f"sha256:{self._sum.hexdigest()}"
