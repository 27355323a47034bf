"""The same figures for parts of the samples: by language, by document, by whatever the metadata has.

Parts that a gate names come first, then the worst. They stand in the results store, not in status, and are exploratory:
among many parts one is bad by chance, so nothing but a named gate decides by them.
"""

import json
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from referee.core.evaluation.aggregate import Aggregated, Method, aggregate
from referee.core.evaluation.combine import Combined, combined
from referee.core.evaluation.figures import Measure
from referee.core.evaluation.outcomes import Closing
from referee.core.evaluation.table import Table

MOST_PARTS = 1000
"""Of one path. Where every sample has a value of its own there is nothing to slice by: the largest parts are kept."""
_LONGEST = 256
"""Characters of a part's name, as many as a gate can name."""
Part = tuple[str, str]
"""A path and one of its values."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The figures of one part."""

    by: str
    value: str
    n: int
    """Samples in it."""
    score: Combined | None
    evaluators: Mapping[str, Aggregated]

    def wire(self, closing: Closing) -> dict[str, Any]:
        """As it stands in the result document."""
        score = {} if self.score is None else {"score": self.score.wire(closing)}
        entries = [
            {"name": name, "measures": [f.wire() for f in found.figures], **found.counts.wire(closing)}
            for name, found in self.evaluators.items()
        ]
        return {"by": self.by, "value": self.value, "n": self.n, **score, "evaluators": entries}


def value_at(metadata: Mapping[str, Any], path: str) -> str | None:
    """What a datapoint has at a path like `metadata.language`; None where it has nothing there.

    A key that contains dots is found, too: the whole rest of the path is tried before its parts.
    """
    found: Any = metadata
    rest = path.removeprefix("metadata.")
    while rest:
        if not isinstance(found, Mapping):
            return None
        if rest in found:
            found, rest = found[rest], ""
        else:
            head, _, rest = rest.partition(".")
            found = found.get(head)
    if found is None:
        return None
    text = found if isinstance(found, str) else json.dumps(found, sort_keys=True, ensure_ascii=False)
    return text[:_LONGEST]


def slices(
    table: Table, names: Sequence[str], method: Method, gated: Mapping[Part, Collection[Measure]]
) -> tuple[list[Slice], dict[str, int]]:
    """The figures of every part, those that a gate names first, then the worst.

    Args:
        table: all scores.
        names: the evaluators that are declared.
        method: as for the whole.
        gated: parts that a gate names, with the measures that it asks for; they are there even if no sample is in them.

    Returns:
        The parts, and of each path that has too many how many were left out.
    """
    found, left_out = [], {}
    for path in table.slices:
        parts = _parts(table, path)
        for by, value in gated:
            if by == path:
                parts.setdefault(value, array("I"))
        kept = sorted(parts, key=lambda value: ((path, value) not in gated, -len(parts[value]), value))[:MOST_PARTS]
        if len(kept) < len(parts):
            left_out[path] = len(parts) - len(kept)
        for value in kept:
            wanted = tuple(gated.get((path, value), ()))
            entries = {name: aggregate(table, name, method, parts[value], wanted) for name in names}
            score = combined(table, method, parts[value], wanted)
            found.append(Slice(path, value, len(parts[value]), score, entries))
    found.sort(key=lambda part: ((part.by, part.value) not in gated, *_badness(part)))
    return found, left_out


def _parts(table: Table, path: str) -> dict[str, "array[int]"]:
    words = table.slices[path]
    words.reach(table.size)
    numbers = words.numbers
    found: dict[str, array[int]] = {}
    parts = [None if name is None else found.setdefault(name, array("I")) for name in words.names]
    for position in table.positions():
        part = parts[numbers[position]]
        if part is not None:
            part.append(position)
    return {name: positions for name, positions in found.items() if positions}


def _badness(part: Slice) -> tuple[bool, float, int, str, str]:
    """The lowest score first; parts of which nothing was scored, last."""
    value = part.score.mean.value if part.score else None
    return value is None, value or 0.0, -part.n, part.by, part.value
